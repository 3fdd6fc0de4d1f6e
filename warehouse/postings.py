"""Postings, the rows of the search index, as arrays: which term stands how often in which version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# How often a term stands in a version is kept to these steps; what BM25 makes of it grows ever more slowly.
STEPS = np.array([1, 2, 3, 5, 9], np.uint8)
# A posting is sorted as one number: the term, the step, and the version, of which a part has at most 65,536.
_STEP_BITS, _DOC_BITS = 3, 17
_DOC = (1 << _DOC_BITS) - 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some versions, one by one.

    `words` is a table of `key` (from 0), `language`, `word` and `times` (how often it stands anywhere); `docs` has the
    version of each token and `keys` its word.
    """

    words: pa.Table
    docs: NDArray[np.int64]
    keys: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Term, step (see STEPS) and version of each posting, ordered by all three."""

    terms: NDArray[np.int64]
    steps: NDArray[np.uint8]
    docs: NDArray[np.int64]


def tokens_of(versions: pa.Table) -> Tokens:
    """The tokens of a table of `doc`, `language` and `text` (in lower case), one row for each version.

    A word is a run of letters, marks and digits; the empty text before and after the first and last one is one, too.
    """
    split = pc.split_pattern_regex(versions["text"], r"[^\p{L}\p{M}\p{N}]+")
    words = pc.dictionary_encode(pc.list_flatten(split))
    texts = words.chunk(0).dictionary if words.num_chunks else pa.array([], pa.string())
    keys = _joined([chunk.indices for chunk in words.chunks])
    spoken = pc.dictionary_encode(versions["language"].combine_chunks())
    lengths = pc.list_value_length(split).to_numpy()
    if len(spoken.dictionary) > 1:  # a word of two languages is two words: they have stems of their own
        keys += np.repeat(spoken.indices.to_numpy().astype(np.int64), lengths) * len(texts)
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
    return Tokens(table, np.repeat(versions["doc"].to_numpy().astype(np.int64), lengths), number[keys])


def postings_of(tokens: Tokens, keys: NDArray[Any], terms: NDArray[Any]) -> Postings:
    """The postings of tokens, of which some stand for several terms and some for none.

    `keys` and `terms` stand beside each other, ordered by key: the terms of each word.
    """
    each = np.bincount(keys, minlength=tokens.words.num_rows)
    begins = np.cumsum(each) - each
    alone = each[tokens.keys] == 1
    pairs = [_pairs(terms[begins[tokens.keys[alone]]], tokens.docs[alone])]
    several = np.flatnonzero(each[tokens.keys] > 1)  # pairs of signs
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
    return _in_order(found[first] >> _DOC_BITS, step, found[first] & _DOC)


def _pairs(terms: NDArray[Any], docs: NDArray[np.int64]) -> NDArray[np.int64]:
    return (terms.astype(np.int64) << _DOC_BITS) | docs


def merged(parts: pa.Table, gone: Sequence[int]) -> Postings:
    """The postings of several parts as those of one, without the versions that are gone.

    `parts` is a table of `term`, `times`, `shift` (how many versions a row's part begins behind the first) and `docs`.
    """
    lengths = pc.list_value_length(parts["docs"]).to_numpy()
    docs = _joined(pc.list_flatten(parts["docs"]).chunks) + np.repeat(parts["shift"].to_numpy(), lengths)
    terms = np.repeat(parts["term"].to_numpy().astype(np.int64), lengths)
    step = np.searchsorted(STEPS, np.repeat(parts["times"].to_numpy(), lengths))
    if gone:
        kept = ~np.isin(docs, gone)
        terms, step, docs = terms[kept], step[kept], docs[kept]
    return _in_order(terms, step, docs)


def as_lists(postings: Postings) -> pa.Table:
    """One row for each term and step (`times`), with the list of its versions.

    Every other list runs backwards: where one ends, the next begins nearby, and DuckDB, which stores the differences
    between neighbours across lists, takes a fifth less room.
    """
    term, times, doc = postings.terms, postings.steps, postings.docs
    change = (np.diff(term, prepend=-1) != 0) | (np.diff(times.astype(np.int8), prepend=-1) != 0)
    begins = np.flatnonzero(change)
    ends = np.append(begins[1:], len(doc))[: len(begins)]
    number = np.repeat(np.arange(len(begins)), ends - begins)
    order = np.arange(len(doc))
    order = np.where(number % 2 == 1, begins[number] + ends[number] - 1 - order, order)
    offsets = pa.array(np.append(begins, len(doc)) if len(doc) else np.zeros(1), pa.int32())
    return pa.table(
        {
            "term": pa.array(term[begins], pa.uint32()),
            "times": pa.array(times[begins], pa.uint8()),
            "docs": pa.ListArray.from_arrays(offsets, pa.array(doc[order], pa.int32())),
        }
    )


def _in_order(terms: NDArray[Any], step: NDArray[Any], docs: NDArray[Any]) -> Postings:
    key = np.sort((terms << (_STEP_BITS + _DOC_BITS)) | (step.astype(np.int64) << _DOC_BITS) | docs)
    return Postings(
        key >> (_STEP_BITS + _DOC_BITS),
        STEPS[(key >> _DOC_BITS) & ((1 << _STEP_BITS) - 1)],
        key & _DOC,
    )


def _joined(chunks: Sequence[pa.Array]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *(chunk.to_numpy() for chunk in chunks)]).astype(np.int64)
