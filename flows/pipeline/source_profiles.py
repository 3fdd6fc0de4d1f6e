"""Learns the profiles of sources from stored articles, and reads them for the extraction of the next pages.

Profiles change between runs only: within one, all pages of a source are read with the same profile, whatever the order
in which workers finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.extraction import SourceProfile
from crawlers.extraction.source_profile import MAX_ARTICLES, learn
from warehouse.source_profiles import (
    StoredProfile,
    grown_sources,
    latest_articles,
    newest_profiles,
    store_profiles,
)

if TYPE_CHECKING:
    import duckdb

    from warehouse import Writer

Profiles = Mapping[str, SourceProfile]
"""Profiles by the name of the source; only of sources of which something is known."""

NO_PROFILES: Profiles = {}
SOURCES_AT_ONCE = 20
"""Sources that are learned at the end of a run: reading and comparing 100 articles takes about a tenth of a second."""


def read_profiles(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> Profiles:
    """The newest profiles of all sources, or of one."""
    return {stored.source: _as_profile(stored) for stored in newest_profiles(connection, source) if stored.version}


def learn_profiles(writer: Writer, most: int | None = SOURCES_AT_ONCE) -> None:
    """Learn about sources that have grown since they were last compared, at most so many; the others' turn comes next.

    Raises TransientWarehouseError if the disk fails.
    """
    connection = writer.connection
    learned = []
    for source, articles in grown_sources(connection)[:most]:
        known = read_profiles(connection, source).get(source)
        latest = ((title, text.split("\n")) for title, text in latest_articles(connection, source, MAX_ARTICLES))
        learned.append(_as_stored(source, articles, learn(latest, known)))
    if learned:
        store_profiles(writer, learned, datetime.now(UTC))


def _as_profile(stored: StoredProfile) -> SourceProfile:
    return SourceProfile(
        dict(zip(stored.lines, stored.counts, strict=True)), tuple(stored.beginnings), tuple(stored.endings)
    )


def _as_stored(source: str, articles: int, profile: SourceProfile) -> StoredProfile:
    return StoredProfile(
        source,
        profile.version if profile else "",
        articles,
        list(profile.lines),
        list(profile.lines.values()),
        profile.beginnings,
        profile.endings,
    )
