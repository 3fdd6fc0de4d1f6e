"""A page in the archive, found by its address in the published warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.archive import Segment
from crawlers.discovery import normalise_url
from flows.data_directory import data_directory
from flows.errors import FlowsError
from warehouse import connect
from warehouse.lookup import last_fetch

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from crawlers.archive.reader import StoredContent


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A stored page: where it lies, and what became of it when it was loaded."""

    directory: Path
    url: str
    final_url: str | None
    kind: str
    source: str
    segment: str
    offset: int
    fetched_at: datetime
    story: str
    """When it was fetched, where it lies, and what became of it, in words."""

    @property
    def place(self) -> str:
        """Segment and offset."""
        return f"segment {self.segment} at byte {self.offset}"

    def read(self) -> StoredContent:
        """What was stored. Raises ArchiveError where the archive no longer has it."""
        return Segment(self.directory, self.segment).read(self.offset)


def find_page(data: Path, url: str) -> ArchivedPage:
    """The page last stored for an address: one that was asked for, or led to, or the one an article goes by.

    Raises FlowsError where the warehouse knows no such page or nothing was stored of it, and WarehouseError where
    there is no warehouse.
    """
    with connect(data) as connection:
        found = last_fetch(connection, url_spellings(url))
    if found is None:
        raise FlowsError(
            f"{url}: never asked for, as far as the warehouse knows. `newsloom extract URL` shows what is there now."
        )
    became = ": ".join(filter(None, (found.outcome, found.reason, found.detail)))
    asked = f"fetched {found.fetched_at:%Y-%m-%d %H:%M:%S} UTC for {found.source}"
    if found.warc_offset is None:
        raise FlowsError(f"{url}: nothing was stored of it; {asked}; {became}")
    led = f", led to {found.final_url}" if found.final_url and found.final_url != found.url else ""
    answered = f", answered {found.status}" if found.status is not None else ""
    return ArchivedPage(
        directory=data_directory(data).archive,
        url=found.url,
        final_url=found.final_url,
        kind=found.kind,
        source=found.source,
        segment=found.segment,
        offset=found.warc_offset,
        fetched_at=found.fetched_at,
        story=f"{asked}{answered}{led}; {became}\nsegment {found.segment} at byte {found.warc_offset}",
    )


def url_spellings(url: str) -> list[str]:
    """An address as given and in its one spelling, with http and with https."""
    try:
        normal = normalise_url(url)
    except ValueError:
        return [url]
    rest = normal.partition("://")[2]
    return list(dict.fromkeys((url, normal, f"https://{rest}", f"http://{rest}")))
