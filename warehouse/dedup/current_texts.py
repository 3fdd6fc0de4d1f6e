"""The current texts of stored articles, to be compared again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.dedup.story_members import joined_terms
from warehouse.temporary import temporary

if TYPE_CHECKING:
    from collections.abc import Collection, Container
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

    from warehouse.dedup.story_members import MemberTerms


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """An article with its current version, without its text."""

    article_id: UUID
    version_id: UUID
    source: str
    title: str
    language: str | None
    published_at: datetime | None
    published_precision: str | None
    seen_at: datetime
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class CurrentText(CurrentVersion):
    """An article with its current text."""

    text: str


def latest_of_sources(
    connection: duckdb.DuckDBPyConnection,
    sources: Collection[str],
    days: tuple[date, date],
    limits: tuple[int, int],
    known: Container[UUID],
) -> tuple[list[CurrentVersion], dict[UUID, str], MemberTerms]:
    """The latest members of stories by these sources, their texts by version, and the terms they are stored with.

    `days` is the range of their days; `limits` are how many dated and how many undated ones of a source are read at
    most, and how many in all. The texts of `known` versions are left out.
    """
    wanted = pa.table({"source": pa.array(sorted(sources), pa.string())})
    given = {"first": days[0], "last": days[1], "of_each": limits[0], "most": limits[1]}
    with temporary(connection, "wanted_sources", wanted):
        rows = connection.execute(statement("latest_of_sources"), given).fetchall()
    if not rows:
        return [], {}, joined_terms([])
    of_doc = _read(connection, [row[2] for row in rows], "title, language, published_at, published_precision, seen_at")
    texts = _read(connection, [row[2] for row in rows if row[1] not in known], "version_id, text")
    found = []
    for article_id, version_id, doc, source, first_seen_at, *_ in rows:
        title, language, published_at, precision, seen_at = of_doc[doc]
        found.append(
            CurrentVersion(
                article_id, version_id, source, title, language, published_at, precision, seen_at, first_seen_at
            )
        )
    return found, dict(texts.values()), joined_terms([row[-2:] for row in rows])


def _read(connection: duckdb.DuckDBPyConnection, docs: Collection[int], columns: str) -> dict[int, tuple[Any, ...]]:
    """Columns of the versions with these numbers, by number."""
    if not docs:
        return {}
    with temporary(connection, "wanted_docs", pa.table({"doc": pa.array(docs, pa.uint32())})):
        rows = connection.execute(
            # Versions are stored in the order of their numbers, so that DuckDB reads only the row groups with these.
            f"SELECT doc, {columns} FROM article_versions "  # noqa: S608 - columns of our own
            "WHERE doc BETWEEN ? AND ? AND doc IN (SELECT doc FROM wanted_docs)",
            [min(docs), max(docs)],
        ).fetchall()
    return {row[0]: row[1:] for row in rows}
