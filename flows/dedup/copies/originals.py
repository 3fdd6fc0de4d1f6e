"""Decides which of several articles with one text is the original, and where its chain of duplicates begins."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

COPY = 0.8  # containment from which an article is a copy of another one, and below which it is derived from it
ABOUT = 0.05  # parts that differ by this little count as equal: a misprint, or a line at the end
_PRECISIONS = {"second": 0, "minute": 1, "day": 2, "seen": 3}
# A publisher's clock may be ahead, and a day may have begun elsewhere; anything later has not been published yet.
_AHEAD = timedelta(days=1)

Order = tuple["date", bool, datetime, int, datetime, "UUID"]
NO_ROOTS: Mapping[UUID, UUID] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PublicationTime:
    """When an article was published; `precision` is second, minute, day, or seen (unknown: `at` is first sight)."""

    at: datetime
    precision: str


def publication_time(published_at: datetime | None, precision: str | None, seen_at: datetime) -> PublicationTime:
    """When an article was published. A time after the article was seen is ignored."""
    if published_at is None or published_at > seen_at + _AHEAD:
        return PublicationTime(seen_at.astimezone(UTC), "seen")
    return PublicationTime(published_at.astimezone(UTC), precision or "day")


def order(when: PublicationTime, first_seen_at: datetime, article_id: UUID) -> Order:
    """A key that sorts originals before their copies.

    It orders by day; within a day, articles with a time of day come first, by that time; then by precision, first sight
    to a quarter of a day, and identifier. First sight counts no finer: which of two pages a run requests first, and
    whether it is interrupted between them, says nothing of who wrote the text.
    """
    timed = when.precision in ("second", "minute")
    at = when.at if when.precision != "seen" else _quarter(when.at)
    return (when.at.date(), not timed, at, _PRECISIONS[when.precision], _quarter(first_seen_at), article_id)


def _quarter(moment: datetime) -> datetime:
    """The beginning of the quarter of a day (UTC) that a moment is in."""
    utc = moment.astimezone(UTC)
    return utc.replace(hour=utc.hour // 6 * 6, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles whose texts overlap, the later and the earlier one.

    `shared` is how many distinct shingles both have, of `size` in the later and `original_size` in the earlier.
    """

    article_id: UUID
    original_id: UUID
    shared: int
    size: int
    original_size: int

    @property
    def similarity(self) -> float:
        """Containment: the part of the shorter text that is in the other one, 0 to 1."""
        return self.shared / min(self.size, self.original_size)

    @property
    def taken(self) -> float:
        """The part of the later text that is in the earlier one, 0 to 1."""
        return self.shared / self.size

    @property
    def kind(self) -> str:
        """`copy` or `derived`."""
        return "copy" if self.similarity >= COPY else "derived"


def orient(pair: Pair, orders: Mapping[UUID, Order]) -> Pair:
    """The pair, the later article first."""
    if orders[pair.article_id] < orders[pair.original_id]:
        return Pair(pair.original_id, pair.article_id, pair.shared, pair.original_size, pair.size)
    return pair


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The root of an article's chain; kind and similarity are those to its parent."""

    root: UUID
    kind: str
    similarity: float


def resolve(
    pairs: Iterable[Pair], orders: Mapping[UUID, Order], roots: Mapping[UUID, UUID] = NO_ROOTS
) -> dict[UUID, Duplicate]:
    """Find the root of each article that has an earlier one; other articles are not in the result.

    `roots` are those of articles that are not resolved here; all others without an earlier one are roots themselves.

    An article's parent is the one that has most of its text, or the earliest of several that have about as much. The
    root is where the chain of parents ends. So a round-up that quotes two unrelated reports does not link them, and an
    article that adds as much again to a cut report is not a copy of another cut.
    """
    earlier: defaultdict[UUID, list[Pair]] = defaultdict(list)
    for pair in pairs:
        earlier[pair.article_id].append(pair)
    parents = {
        article_id: min(
            (pair for pair in found if pair.taken >= max(other.taken for other in found) - ABOUT),
            key=lambda pair: orders[pair.original_id],
        )
        for article_id, found in earlier.items()
    }
    answer: dict[UUID, Duplicate] = {}
    for article_id, parent in sorted(parents.items(), key=lambda item: orders[item[0]]):
        above = answer.get(parent.original_id)  # earlier in the order: resolved before
        root = above.root if above else roots.get(parent.original_id, parent.original_id)
        answer[article_id] = Duplicate(root, parent.kind, parent.similarity)
    return answer
