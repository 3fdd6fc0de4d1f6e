"""Postings, the rows of the search index, as arrays: how often each term occurs in which version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Counts of a term in a version are rounded down to these steps; their effect in BM25 grows ever more slowly.
STEPS = np.array([1, 2, 3, 5, 9], np.uint8)
# A posting is sorted as one number: the term, the step, and the version, of which a part has at most 65,536.
_STEP_BITS, _DOC_BITS = 3, 17
# ASCII characters other than letters and digits become spaces; all other bytes stay.
_BLANKS = bytes(byte if byte > 0x7F or chr(byte).isalnum() else 0x20 for byte in range(256))
_NO_WORD = r"[^\p{L}\p{M}\p{N}]+"
_DOC, _STEP = (1 << _DOC_BITS) - 1, (1 << _STEP_BITS) - 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some versions.

    `words` is a table of `key` (from 0), `language`, `word` and `times` (its number of occurrences); `docs` has the
    version of each token and `keys` its word.
    """

    words: pa.Table
    docs: NDArray[np.int64]
    keys: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Postings as numbers, ascending: by term, step (see STEPS) and version. A part may have twenty million."""

    packed: NDArray[np.int64]

    @property
    def terms(self) -> NDArray[np.int64]:
        """The term of each posting."""
        return self.packed >> (_STEP_BITS + _DOC_BITS)

    @property
    def steps(self) -> NDArray[np.uint8]:
        """Its number of occurrences, in steps."""
        found: NDArray[np.uint8] = STEPS[(self.packed >> _DOC_BITS) & _STEP]
        return found

    @property
    def docs(self) -> NDArray[np.int32]:
        """The version of each posting."""
        return (self.packed & _DOC).astype(np.int32)


def tokens_of(versions: pa.Table) -> Tokens:
    """The tokens of a table of `doc`, `language` and `text` (in lower case), one row for each version.

    A word is a run of letters, marks and digits.
    """
    texts, keys, docs = _words(versions["text"].combine_chunks())
    spoken = pc.dictionary_encode(versions["language"].combine_chunks())
    if len(spoken.dictionary) > 1:  # the same word in two languages counts as two: their stems differ
        keys += spoken.indices.to_numpy().astype(np.int64)[docs] * len(texts)
    times = np.bincount(keys, minlength=len(texts) * len(spoken.dictionary))
    found = np.flatnonzero(times)
    number = np.zeros(len(times), np.int64)
    number[found] = np.arange(len(found))
    table = pa.table(
        {
            "key": pa.array(np.arange(len(found)), pa.uint32()),
            "language": spoken.dictionary.take(pa.array(found // max(len(texts), 1))),
            "word": texts.take(pa.array(found % max(len(texts), 1))),
            "times": pa.array(times[found], pa.uint32()),
        }
    )
    return Tokens(table, versions["doc"].to_numpy().astype(np.int64)[docs], number[keys])


def _words(texts: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.int64], NDArray[np.int64]]:
    """The distinct words of texts; the word of each token; and the text of each token.

    Separators are nearly always ASCII, which is cheap to find. The others (quotation marks, dashes) are removed from
    the distinct words only, not from every token.
    """
    _, offsets, data = texts.buffers()
    plain = (data.to_pybytes() if data is not None else b"").translate(_BLANKS)
    cut = pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(plain), offset=texts.offset)
    runs = pc.ascii_split_whitespace(cut)
    encoded = pc.dictionary_encode(pc.list_flatten(runs))
    words = pc.split_pattern_regex(encoded.dictionary, _NO_WORD)
    distinct = pc.dictionary_encode(pc.list_flatten(words))
    number = distinct.indices.to_numpy().astype(np.int64)
    begins, many = words.offsets.to_numpy()[:-1], pc.list_value_length(words).to_numpy()
    places, docs = encoded.indices.to_numpy(), np.repeat(np.arange(len(texts)), pc.list_value_length(runs).to_numpy())
    single = many[places] == 1
    several, repeats = places[~single], many[places[~single]]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return (
        distinct.dictionary,
        np.concatenate((number[begins[places[single]]], number[np.repeat(begins[several], repeats) + within])),
        np.concatenate((docs[single], np.repeat(docs[~single], repeats))),
    )


def postings_of(tokens: Tokens, keys: NDArray[Any], terms: NDArray[Any]) -> Postings:
    """The postings of tokens; a token can have several terms, or none.

    `keys` and `terms` are parallel arrays, ordered by key: the terms of each word.
    """
    each = np.bincount(keys, minlength=tokens.words.num_rows)
    begins = np.cumsum(each) - each
    alone = each[tokens.keys] == 1
    pairs = [_pairs(terms[begins[tokens.keys[alone]]], tokens.docs[alone])]
    several = np.flatnonzero(each[tokens.keys] > 1)  # pairs of characters
    if len(several):
        repeats = each[tokens.keys[several]]
        ends = np.cumsum(repeats)
        within = np.arange(ends[-1]) - np.repeat(ends - repeats, repeats)
        pairs.append(
            _pairs(
                terms[np.repeat(begins[tokens.keys[several]], repeats) + within],
                np.repeat(tokens.docs[several], repeats),
            )
        )
    found = np.sort(np.concatenate(pairs))
    first = np.flatnonzero(np.diff(found, prepend=-1))
    times = np.diff(first, append=len(found))
    step = np.searchsorted(STEPS, times, "right") - 1
    return Postings(np.sort(_rows(found[first] >> _DOC_BITS, step) + (found[first] & _DOC)))


def _pairs(terms: NDArray[Any], docs: NDArray[np.int64]) -> NDArray[np.int64]:
    return (terms.astype(np.int64) << _DOC_BITS) | docs


def merged(parts: pa.Table, gone: Sequence[int]) -> Postings:
    """The postings of several parts as one, without the versions in `gone`.

    `parts` is a table of `term`, `times`, `shift` (offset of the row's part from the first part, in versions) and
    `docs`.
    """
    rows = _rows(parts["term"].to_numpy(), np.searchsorted(STEPS, parts["times"].to_numpy()))
    packed = np.repeat(rows + parts["shift"].to_numpy(), pc.list_value_length(parts["docs"]).to_numpy())
    at = 0
    for docs in pc.list_flatten(parts["docs"]).chunks:
        packed[at : at + len(docs)] += docs.to_numpy()
        at += len(docs)
    if gone:
        packed = packed[~np.isin(packed & _DOC, gone)]
    packed.sort()
    return Postings(packed)


def as_lists(postings: Postings) -> pa.Table:
    """One row for each term and step (`times`), with the list of its versions.

    Every other list is reversed, so that each list starts near the end of the previous one: DuckDB stores differences
    between neighbours across lists, and this saves a fifth of the space.
    """
    packed = postings.packed
    rows = packed >> _DOC_BITS
    begins = np.flatnonzero(np.concatenate((np.ones(min(len(rows), 1), bool), rows[1:] != rows[:-1]))).astype(np.int32)
    del rows
    ends = np.append(begins, np.int32(len(packed)))
    backwards = np.repeat(np.arange(len(begins)) % 2 == 1, np.diff(ends))
    mirrored = np.repeat(begins + ends[1:] - 1, np.diff(ends))
    order = np.arange(len(packed), dtype=np.int32)
    order = np.where(backwards, mirrored - order, order)
    firsts = Postings(packed[begins])
    return pa.table(
        {
            "term": pa.array(firsts.terms, pa.uint32()),
            "times": pa.array(firsts.steps, pa.uint8()),
            "docs": pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(postings.docs[order], pa.int32())),
        }
    )


def _rows(terms: NDArray[Any], steps: NDArray[Any]) -> NDArray[np.int64]:
    """The bits of a packed posting above the version."""
    return (terms.astype(np.int64) << (_STEP_BITS + _DOC_BITS)) | (steps.astype(np.int64) << _DOC_BITS)
