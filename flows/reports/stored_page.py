"""Finds a page in the archive by its URL, with the help of the published file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.archive import Segment
from crawlers.discovery import normalise_url
from crawlers.discovery.parameters import host_of, parameters_of, without_parameters
from flows.data_directory import data_directory
from flows.errors import FlowsError
from warehouse import connect
from warehouse.lookup import last_fetch
from warehouse.url_parameters import parameters_of_host

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from crawlers.archive.reader import StoredContent


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A stored page: its place in the archive, and its outcome when it was loaded."""

    directory: Path
    url: str
    final_url: str | None
    kind: str
    source: str
    segment: str
    offset: int
    fetched_at: datetime
    story: str
    """When it was fetched, its place and its outcome, for the user."""
    note: str | None
    """For the user: that this is the page of another URL of the article, because none is stored for the URL itself."""

    @property
    def place(self) -> str:
        """The segment and the offset of the page."""
        return f"segment {self.segment} at byte {self.offset}"

    def read(self) -> StoredContent:
        """Read the page from the archive. Raises ArchiveError if it is no longer there."""
        return Segment(self.directory, self.segment).read(self.offset)


def find_page(data: Path, url: str) -> ArchivedPage:
    """The page last stored for a URL that was requested or redirected to; or else a page of the same article.

    Raises FlowsError if the URL is unknown or no answer was stored, and WarehouseError if there is no warehouse.
    """
    spellings = url_spellings(url)
    with connect(data) as connection:
        found = last_fetch(connection, spellings)
        if found is None and (shorter := _without_ignored(connection, url)) is not None:
            found = last_fetch(connection, url_spellings(shorter))
    if found is None:
        raise FlowsError(
            f"{url}: not found in the warehouse. To extract the page as it is now, run `newsloom extract URL`."
        )
    outcome = ": ".join(filter(None, (found.outcome, found.reason, found.detail)))
    fetched = f"fetched {found.fetched_at:%Y-%m-%d %H:%M:%S} UTC for {found.source}"
    if found.warc_offset is None:
        raise FlowsError(f"{url}: no answer is stored; {fetched}; {outcome}")
    redirected = f", redirected to {found.final_url}" if found.final_url and found.final_url != found.url else ""
    is_other = not {found.url, found.final_url} & set(spellings)
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
        story=f"{fetched}{answered}{redirected}; {outcome}\nsegment {found.segment} at byte {found.warc_offset}",
        note=f"{url}: no page is stored for this URL; this is {found.url}, of the same article" if is_other else None,
    )


def _without_ignored(connection: duckdb.DuckDBPyConnection, url: str) -> str | None:
    """A URL without the parameters that a source with its host ignores; None if it has none."""
    try:
        host, names = host_of(url), parameters_of(url)
    except ValueError:
        return None
    ignored = [one.parameter for one in parameters_of_host(connection, host, names) if one.is_ignored]
    return without_parameters(url, ignored) if ignored else None


def url_spellings(url: str) -> list[str]:
    """A URL as given and in its normalised spelling, with http and with https."""
    try:
        normal = normalise_url(url)
    except ValueError:
        return [url]
    rest = normal.partition("://")[2]
    return list(dict.fromkeys((url, normal, f"https://{rest}", f"http://{rest}")))
