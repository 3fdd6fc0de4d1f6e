"""Compares stories of different languages, and finds the pairs that report the same event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.links.marks import overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from flows.dedup.links.marks import Marks

LINK_DAYS = 3  # between the last report in one language and the first in another, at most
# Chosen with benchmarks/cross_language.py, by cross-validation over events.
MARKS_WEIGHT = 0.3
THRESHOLD = 0.58
MIN_COSINE = 0.4  # with a lower one, even texts with the same names and numbers are seldom of one event
COMPARED = 4  # stories of a language that are compared by names and numbers as well: those with the highest cosines


@dataclass(frozen=True, slots=True)
class Encoded:
    """Stories with what they are compared by: arrays of equal length, one entry for each.

    `days` are the days of their first reports, counted from any day, `last_days` those of their last ones. `vectors`
    has a row of int8 for each story.
    """

    ids: Sequence[UUID]
    languages: NDArray[np.str_]
    days: NDArray[np.int64]
    last_days: NDArray[np.int64]
    vectors: NDArray[np.int8]
    marks: Sequence[Marks]


@dataclass(frozen=True, slots=True)
class Match:
    """The story of another language that is most similar to a story, and how similar."""

    story_id: UUID
    language: str
    similarity: float


Matches = dict[tuple["UUID", str], Match]  # by story and language of the match


def best_matches(stories: Encoded, candidates: Iterable[Encoded]) -> Matches:
    """For each story, the most similar candidate of each other language, if it is similar enough.

    The similarity is the cosine of the vectors, and more for names and numbers in common: up to MARKS_WEIGHT.
    """
    found: Matches = {}
    rows = _unit(stories.vectors)
    for some in candidates:
        cosines = rows @ _unit(some.vectors).T
        near = stories.days[:, None] <= some.last_days[None, :] + LINK_DAYS
        near &= some.days[None, :] <= stories.last_days[:, None] + LINK_DAYS
        cosines[~near | (stories.languages[:, None] == some.languages[None, :])] = -1
        for row, column in zip(*_closest(cosines, some.languages), strict=True):
            similarity = float(cosines[row, column])
            similarity += MARKS_WEIGHT * overlap(stories.marks[row], some.marks[column])
            if similarity >= THRESHOLD:
                _keep(found, stories.ids[row], Match(some.ids[column], str(some.languages[column]), similarity))
    return found


def _closest(cosines: NDArray[np.float32], languages: NDArray[np.str_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows and columns of the COMPARED highest cosines of each row and language of columns."""
    rows, columns = np.nonzero(cosines >= MIN_COSINE)
    numbers = np.unique(languages, return_inverse=True)[1][columns]
    order = np.lexsort((-cosines[rows, columns], numbers, rows))
    rows, columns, numbers = rows[order], columns[order], numbers[order]
    # What is COMPARED places further up in the same group is higher, and so are those between.
    kept = np.ones(len(rows), np.bool_)
    same = (rows[COMPARED:] == rows[:-COMPARED]) & (numbers[COMPARED:] == numbers[:-COMPARED])
    kept[COMPARED:] = ~same
    return rows[kept], columns[kept]


def _keep(found: Matches, story: UUID, match: Match) -> None:
    best = found.get((story, match.language))
    if best is None or (match.similarity, match.story_id) > (best.similarity, best.story_id):
        found[story, match.language] = match


def mutual(matches: Matches) -> dict[tuple[UUID, UUID], float]:
    """The pairs (the lesser identifier first) that are each other's best match, with their similarities.

    A story may be what is closest to several in another language; it is the same event as one of them at most.
    """
    languages = {match.story_id: match.language for match in matches.values()}
    pairs = {}
    for (story, _), match in matches.items():
        own = languages.get(story)
        back = matches.get((match.story_id, own)) if own else None
        if back is not None and back.story_id == story:
            pairs[min(story, match.story_id), max(story, match.story_id)] = match.similarity
    return pairs


def _unit(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    rows = vectors.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    unit: NDArray[np.float32] = rows / np.maximum(lengths, 1)[:, None]
    return unit
