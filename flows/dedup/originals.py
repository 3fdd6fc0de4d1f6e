"""Which of several articles with one text is the original, and which chain an article belongs to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

COPY = 0.8  # containment from which an article repeats another one, and below which it makes use of it
_PRECISIONS = {"second": 0, "minute": 1, "day": 2, "seen": 3}
# A publisher's clock may be ahead, and a day may have begun elsewhere; anything later has not been published yet.
_AHEAD = timedelta(days=1)

Order = tuple["date", bool, datetime, int, datetime, "UUID"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When an article was published: `precision` is second, minute, day, or seen (unknown: `at` is its first sight)."""

    at: datetime
    precision: str


def moment(published_at: datetime | None, precision: str | None, seen_at: datetime) -> Moment:
    """When an article was published, as far as it can be believed: not where it was seen before."""
    if published_at is None or published_at > seen_at + _AHEAD:
        return Moment(seen_at.astimezone(UTC), "seen")
    return Moment(published_at.astimezone(UTC), precision or "day")


def order(when: Moment, first_seen_at: datetime, article_id: UUID) -> Order:
    """What sorts originals before their copies.

    By day; within a day those with a time of day, by it; then the better precision, what was seen first, and the
    identifier. Depends on nothing but the article, so that any order of arrival gives the same original.
    """
    timed = when.precision in ("second", "minute")
    return (when.at.date(), not timed, when.at, _PRECISIONS[when.precision], first_seen_at, article_id)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles whose texts overlap, the later and the earlier one, with the containment (0 to 1)."""

    article_id: UUID
    original_id: UUID
    similarity: float

    @property
    def kind(self) -> str:
        """`copy` or `derived`."""
        return "copy" if self.similarity >= COPY else "derived"


def orient(one: UUID, other: UUID, similarity: float, orders: Mapping[UUID, Order]) -> Pair:
    """The pair, the later article first."""
    if orders[one] < orders[other]:
        one, other = other, one
    return Pair(one, other, similarity)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Where an article's text goes back to: the root of its chain; kind and similarity are against its parent."""

    root: UUID
    kind: str
    similarity: float


def resolve(pairs: Iterable[Pair], orders: Mapping[UUID, Order]) -> dict[UUID, Duplicate]:
    """The root of each article that has an earlier one; articles that have none are not in the answer.

    An article's parent is the earliest of those that it copies or, where it copies none, of those that it derives
    from; the root is where that leads. So a round-up that quotes two unrelated reports does not make these one.
    """
    earlier: defaultdict[UUID, list[Pair]] = defaultdict(list)
    for pair in pairs:
        earlier[pair.article_id].append(pair)
    parents = {
        article_id: min(found, key=lambda pair: (pair.kind != "copy", orders[pair.original_id]))
        for article_id, found in earlier.items()
    }
    answer: dict[UUID, Duplicate] = {}
    for article_id, parent in sorted(parents.items(), key=lambda item: orders[item[0]]):
        above = answer.get(parent.original_id)  # earlier in the order: resolved before
        root = above.root if above else parent.original_id
        answer[article_id] = Duplicate(root, parent.kind, parent.similarity)
    return answer
