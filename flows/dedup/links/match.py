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

LINK_DAYS = 5  # between the first reports in two languages
# Chosen with benchmarks/cross_language.py, by cross-validation over events.
MARKS_WEIGHT = 0.3
THRESHOLD = 0.6
MIN_COSINE = 0.4  # with a lower one, even texts with the same names and numbers are seldom of one event
COMPARED = 4  # stories of a language that are compared by names and numbers as well: those with the highest cosines


@dataclass(frozen=True, slots=True)
class Encoded:
    """Stories with what they are compared by: arrays of equal length, one entry for each.

    `days` are the days of their first reports, counted from any day; `vectors` has a row of int8 for each story.
    """

    ids: Sequence[UUID]
    languages: NDArray[np.str_]
    days: NDArray[np.int64]
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
        near = np.abs(stories.days[:, None] - some.days[None, :]) <= LINK_DAYS
        cosines[~near | (stories.languages[:, None] == some.languages[None, :])] = -1
        for language in np.unique(some.languages):
            columns = np.flatnonzero(some.languages == language)
            _compare(stories, some, columns, cosines[:, columns], found)
    return found


def _compare(
    stories: Encoded, candidates: Encoded, columns: NDArray[np.intp], cosines: NDArray[np.float32], found: Matches
) -> None:
    """Compare each story with the closest of the candidates of one language, and keep the best in `found`."""
    many = min(COMPARED, len(columns))
    closest = np.argpartition(-cosines, many - 1, axis=1)[:, :many]
    enough = np.take_along_axis(cosines, closest, axis=1) >= MIN_COSINE
    for row, place in zip(*np.nonzero(enough), strict=True):
        column = columns[closest[row, place]]
        shared = overlap(stories.marks[row], candidates.marks[column])
        similarity = float(cosines[row, closest[row, place]]) + MARKS_WEIGHT * shared
        if similarity < THRESHOLD:
            continue
        match = Match(candidates.ids[column], str(candidates.languages[column]), similarity)
        key = (stories.ids[row], match.language)
        best = found.get(key)
        if best is None or (match.similarity, match.story_id) > (best.similarity, best.story_id):
            found[key] = match


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
