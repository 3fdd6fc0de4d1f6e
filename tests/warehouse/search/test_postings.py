"""Postings: every word is counted where it stands, whatever the arrays in between look like."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import category

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from warehouse.search.postings import STEPS, as_lists, merged, postings_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.search.postings import Postings

VERSIONS = st.lists(
    st.tuples(
        st.sampled_from(["en", "de", ""]),
        st.text(alphabet="ab é\u0301.ไทย1-\n“—\u00a0\u2028\x00", max_size=40)
        | st.just("the cat and the dog and the cat"),
    ),
    max_size=12,
)


def table(versions: Sequence[tuple[str, str]]) -> pa.Table:
    return pa.table(
        {
            "doc": pa.array(range(len(versions)), pa.int32()),
            "language": pa.array([language for language, _ in versions], pa.string()),
            "text": pa.array([text for _, text in versions], pa.string()),
        }
    )


def words(text: str) -> list[str]:
    runs = groupby(text, lambda sign: category(sign)[0] in "LMN")
    return ["".join(run) for of_letters, run in runs if of_letters]


def terms(language: str, word: str) -> list[str]:
    """Invented: in one language words lose their last letter, in another they are pairs, and some say nothing."""
    if len(word) < 2:
        return []
    if language == "de":
        return sorted({word[at : at + 2] for at in range(len(word) - 1)})
    return [word[:-1] if language == "en" else word]


def indexed(versions: Sequence[tuple[str, str]], numbers: dict[str, int]) -> Postings:
    tokens = tokens_of(table(versions))
    pairs = sorted(
        (row["key"], numbers.setdefault(term, len(numbers)))
        for row in tokens.words.to_pylist()
        for term in terms(row["language"], row["word"])
    )
    return postings_of(
        tokens, np.array([key for key, _ in pairs], np.uint32), np.array([term for _, term in pairs], np.uint32)
    )


def naively(versions: Sequence[tuple[str, str]], numbers: dict[str, int]) -> list[tuple[int, int, int]]:
    counted = Counter(
        (numbers[term], doc)
        for doc, (language, text) in enumerate(versions)
        for word in words(text)
        for term in terms(language, word)
    )
    steps = STEPS.tolist()
    return sorted((term, steps[bisect_right(steps, times) - 1], doc) for (term, doc), times in counted.items())


def rows(postings: Postings) -> list[tuple[int, int, int]]:
    return list(zip(postings.terms.tolist(), postings.steps.tolist(), postings.docs.tolist(), strict=True))


@given(VERSIONS)
def test_a_posting_stands_for_each_term_of_each_version(versions: list[tuple[str, str]]) -> None:
    numbers: dict[str, int] = {}
    assert rows(indexed(versions, numbers)) == naively(versions, numbers)


@given(VERSIONS)
def test_every_word_has_one_key_and_the_count_of_its_tokens(versions: list[tuple[str, str]]) -> None:
    tokens = tokens_of(table(versions))
    counted = Counter((language, word) for language, text in versions for word in words(text))
    found = {(row["language"], row["word"]): row["times"] for row in tokens.words.to_pylist() if row["word"]}
    assert found == counted
    assert len(tokens.docs) == len(tokens.keys) >= counted.total()


@given(VERSIONS, VERSIONS, st.data())
def test_merged_parts_are_those_of_one_part_without_what_is_gone(
    first: list[tuple[str, str]], second: list[tuple[str, str]], data: st.DataObject
) -> None:
    numbers: dict[str, int] = {}
    lists = [as_lists(indexed(versions, numbers)) for versions in (first, second)]
    shifted = [
        part.append_column("shift", pa.array([shift] * part.num_rows, pa.int32()))
        for part, shift in zip(lists, (0, len(first)), strict=True)
    ]
    both = [*first, *second]
    gone = data.draw(st.lists(st.integers(0, max(len(both) - 1, 0)), unique=True))
    kept = [row for row in naively(both, numbers) if row[2] not in gone]
    assert rows(merged(pa.concat_tables(shifted), gone)) == kept


@given(VERSIONS)
def test_lists_hold_what_the_postings_do(versions: list[tuple[str, str]]) -> None:
    numbers: dict[str, int] = {}
    postings = indexed(versions, numbers)
    lists = as_lists(postings).to_pylist()
    assert sorted((row["term"], row["times"], doc) for row in lists for doc in row["docs"]) == rows(postings)
    assert len({(row["term"], row["times"]) for row in lists}) == len(lists)
