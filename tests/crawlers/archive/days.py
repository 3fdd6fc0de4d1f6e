"""Small segments of several days, as crawls leave them, for the tests of packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Exchange, Fetch, Kind, Outcome, Segment, SegmentWriter, StoredContent

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = date(2026, 4, 1)


def crawled(archive: Path, name: str, pages: int = 2, size: int = 300) -> Segment:
    """A segment of so many pages and a failure, each page with words of its own."""
    with SegmentWriter(archive, "run", name=name) as writer:
        for number in range(pages):
            url = f"https://example.org/{name}/{number}"
            body = (f"{name} {number} " * size).encode()[:size]
            fetch = Fetch(url, "example", Kind.PAGE, Outcome.FETCHED, NOON, status=200)
            writer.add(fetch, Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body))
        gone = f"https://example.org/{name}/gone"
        writer.add(Fetch(gone, "example", Kind.PAGE, Outcome.FAILED, NOON, reason="timeout"))
    return Segment(archive, name)


def day(archive: Path, segments: int, on: str = "20260301", first: int = 0) -> list[Segment]:
    """So many segments of a day."""
    return [crawled(archive, f"{on}12{number:02d}00-run-00000") for number in range(first, first + segments)]


@dataclass(frozen=True, slots=True)
class Content:
    """All that can be read of a segment."""

    log: tuple[Fetch, ...]
    pages: tuple[StoredContent, ...]


def content(segment: Segment) -> Content:
    """All that can be read of a segment."""
    log = tuple(segment.fetches())
    return Content(log, tuple(segment.read(fetch.offset) for fetch in log if fetch.offset is not None))


def ledger(segments: list[Segment]) -> dict[str, int]:
    """As the warehouse has them, when all are loaded."""
    return {segment.name: segment.log_lines() for segment in segments}


def files(archive: Path) -> list[str]:
    """All files below, by their path from there."""
    return sorted(str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file())
