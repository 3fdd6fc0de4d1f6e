"""Which stories are each other's best match, on vectors that can be checked by hand."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from flows.dedup.links.match import LINK_DAYS, MARKS_WEIGHT, THRESHOLD, Encoded, best_matches, mutual


def stories(*rows: tuple[int, str, int, float, list[int]]) -> Encoded:
    """Stories by number: language, day, the angle of the vector in degrees, marks."""
    angles = np.radians([angle for *_, angle, _ in rows])
    return Encoded(
        ids=[UUID(int=number) for number, *_ in rows],
        languages=np.array([language for _, language, *_ in rows], np.str_),
        days=np.array([day for _, _, day, *_ in rows], np.int64),
        last_days=np.array([day for _, _, day, *_ in rows], np.int64),
        vectors=np.round(127 * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.int8),
        marks=[np.array(marks, np.uint32) for *_, marks in rows],
    )


def linked(found: Encoded, *pieces: Encoded) -> set[tuple[int, int]]:
    return {(one.int, other.int) for one, other in mutual(best_matches(found, pieces or [found]))}


def test_each_story_is_linked_to_its_best_match_in_every_other_language() -> None:
    found = stories((1, "en", 0, 0, []), (2, "de", 0, 10, []), (3, "fr", 0, 20, []), (4, "de", 0, 80, []))
    assert linked(found) == {(1, 2), (1, 3), (2, 3)}


def test_a_story_that_is_closest_to_two_is_linked_to_the_closer_one() -> None:
    found = stories((1, "en", 0, 0, []), (2, "de", 0, 30, []), (3, "de", 0, 20, []))
    assert linked(found) == {(1, 3)}


@pytest.mark.parametrize(("apart", "expected"), [(LINK_DAYS, {(1, 2)}), (LINK_DAYS + 1, set())])
def test_stories_that_began_long_after_each_other_are_not_linked(apart: int, expected: set[tuple[int, int]]) -> None:
    assert linked(stories((1, "en", 0, 0, []), (2, "de", apart, 0, []))) == expected


def test_stories_of_one_language_are_not_linked() -> None:
    assert linked(stories((1, "en", 0, 0, []), (2, "en", 0, 0, []))) == set()


def test_names_and_numbers_in_common_make_up_for_a_lower_cosine() -> None:
    angle = float(np.degrees(np.arccos(THRESHOLD - MARKS_WEIGHT / 2)))
    assert linked(stories((1, "en", 0, 0, []), (2, "de", 0, angle, []))) == set()
    assert linked(stories((1, "en", 0, 0, [1, 2]), (2, "de", 0, angle, [3, 4]))) == set()
    assert linked(stories((1, "en", 0, 0, [1, 2]), (2, "de", 0, angle, [1, 2]))) == {(1, 2)}


def test_candidates_that_come_in_pieces_give_the_same_links() -> None:
    rng = np.random.default_rng(1)
    rows: list[tuple[int, str, int, float, list[int]]] = [
        (number, ("en", "de", "fr", "ru")[number % 4], int(rng.integers(9)), float(rng.integers(90)), [])
        for number in range(60)
    ]
    found = stories(*rows)
    whole = linked(found)
    assert len(whole) > 20
    assert linked(found, *(stories(*rows[begin : begin + 7]) for begin in range(0, 60, 7))) == whole
