"""The current texts of stored articles, to be compared again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.dedup.story_members import joined_terms
from warehouse.temporary import temporary, uuid_array

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

    from warehouse.dedup.story_members import MemberTerms


@dataclass(frozen=True, slots=True)
class CurrentText:
    """An article with its current text."""

    article_id: UUID
    version_id: UUID
    source: str
    title: str
    language: str | None
    published_at: datetime | None
    published_precision: str | None
    seen_at: datetime
    first_seen_at: datetime
    text: str


def latest_of_sources(
    connection: duckdb.DuckDBPyConnection,
    sources: Collection[str],
    days: tuple[date, date],
    limits: tuple[int, int],
) -> tuple[list[CurrentText], MemberTerms]:
    """The latest members of stories by these sources, and the terms that they are stored with.

    `days` is the range of their days; `limits` are how many dated and how many undated ones of a source are read at
    most, and how many in all.
    """
    wanted = pa.table({"source": pa.array(sorted(sources), pa.string())})
    given = {"first": days[0], "last": days[1], "of_each": limits[0], "most": limits[1]}
    with temporary(connection, "wanted_sources", wanted):
        rows = connection.execute(statement("latest_of_sources"), given).fetchall()
    if not rows:
        return [], joined_terms([])
    with temporary(connection, "wanted_versions", pa.table({"version_id": uuid_array([row[1] for row in rows])})):
        # The current text of an article is as old as its first at most: earlier row groups are not read.
        versions = connection.execute(
            "SELECT version_id, title, language, published_at, published_precision, seen_at, text "
            "FROM article_versions WHERE seen_at >= ? AND version_id IN (SELECT version_id FROM wanted_versions)",
            [min(row[3] for row in rows)],
        ).fetchall()
    of_version = {row[0]: row[1:] for row in versions}
    texts = []
    for article_id, version_id, source, first_seen_at, *_ in rows:
        title, language, published_at, precision, seen_at, text = of_version[version_id]
        texts.append(
            CurrentText(
                article_id, version_id, source, title, language, published_at, precision, seen_at, first_seen_at, text
            )
        )
    return texts, joined_terms([row[-2:] for row in rows])
