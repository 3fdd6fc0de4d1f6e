"""The articles of stories with their terms, from which stories are clustered again.

The functions here run in the caller's transaction and read the days of the given stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.results import arrow_table
from warehouse.temporary import id_table, temporary, uuid_array

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    import duckdb
    from numpy.typing import NDArray

_TIME = pa.timestamp("us", tz="UTC")
MEMBERS = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("article_id", pa.uuid()),
        pa.field("story_id", pa.uuid()),
        pa.field("first_seen_at", _TIME),
        pa.field("first_at", _TIME),
        pa.field("last_at", _TIME),
        pa.field("title", pa.string()),
        pa.field("language", pa.string()),
        pa.field("outlets", pa.list_(pa.string())),
        pa.field("terms", pa.list_(pa.uint32())),
        pa.field("weights", pa.list_(pa.uint16())),
    ]
)


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A row of `private.story_members` without its terms, with the article's duplicate state.

    `root` is the article that it goes back to, `copy` says whether it is a copy of it.
    """

    article_id: UUID
    story_id: UUID | None
    first_seen_at: datetime
    first_at: datetime
    last_at: datetime
    title: str
    language: str | None
    outlets: frozenset[str]
    root: UUID | None
    copy: bool


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """The terms of several articles, concatenated: the number of each article's, the terms, their stored weights."""

    counts: NDArray[np.int64]
    terms: NDArray[np.uint32]
    weights: NDArray[np.uint16]


def read_members(
    connection: duckdb.DuckDBPyConnection, stories: Collection[UUID], days: tuple[date, date]
) -> tuple[list[StoryMember], MemberTerms]:
    """The articles of stories; `days` is the range of their days."""
    if not stories:
        return [], MemberTerms(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint16))
    with temporary(connection, "wanted", id_table(stories)):
        found = arrow_table(connection, statement("story_members"), {"first": days[0], "last": days[1]})
    terms, weights = (found[name].combine_chunks() for name in ("terms", "weights"))
    columns = [found[name].to_pylist() for name in _SCALARS]
    members = [
        StoryMember(
            article_id=UUID(article),
            story_id=UUID(story),
            first_seen_at=seen,
            first_at=first,
            last_at=last,
            title=title,
            language=language,
            outlets=frozenset(outlets),
            root=root and UUID(root),
            copy=kind == "copy",
        )
        for article, story, seen, first, last, title, language, outlets, root, kind in zip(*columns, strict=True)
    ]
    counts = np.diff(terms.offsets.to_numpy()).astype(np.int64)
    return members, MemberTerms(counts, terms.flatten().to_numpy(), weights.flatten().to_numpy())


def terms_of_members(
    connection: duckdb.DuckDBPyConnection, articles: Collection[UUID], seen: tuple[datetime, datetime]
) -> tuple[list[UUID], MemberTerms]:
    """Those of the articles whose terms are stored, and these; `seen` is the range of their first sights."""
    with temporary(connection, "wanted", id_table(articles)):
        rows = connection.execute(
            "SELECT article_id, terms, weights FROM private.story_members "
            "WHERE first_seen_at BETWEEN ? AND ? AND article_id IN (SELECT id FROM wanted)",
            list(seen),
        ).fetchall()
    return [article for article, _, _ in rows], joined_terms([(terms, weights) for _, terms, weights in rows])


def joined_terms(found: Sequence[tuple[Sequence[int], Sequence[int]]]) -> MemberTerms:
    """The terms of articles from those of each, with their weights."""
    return MemberTerms(
        np.array([len(terms) for terms, _ in found], np.int64),
        np.array([term for terms, _ in found for term in terms], np.uint32),
        np.array([weight for _, weights in found for weight in weights], np.uint16),
    )


_SCALARS = (
    "article_id", "story_id", "first_seen_at", "first_at", "last_at", "title", "language", "outlets", "duplicate_of",
    "duplicate_kind",
)  # fmt: skip


def member_outlets(
    connection: duckdb.DuckDBPyConnection, articles: Collection[UUID], seen: tuple[datetime, datetime]
) -> dict[UUID, frozenset[str]]:
    """The sources of these articles; `seen` is the range of their first sights."""
    with temporary(connection, "wanted", id_table(articles)):
        found = connection.execute(
            "SELECT article_id, outlets FROM private.story_members "
            "WHERE first_seen_at BETWEEN ? AND ? AND article_id IN (SELECT id FROM wanted)",
            list(seen),
        ).fetchall()
    return {article: frozenset(sources) for article, sources in found}


def add_members(
    connection: duckdb.DuckDBPyConnection, members: Sequence[StoryMember], stories: Sequence[UUID], found: MemberTerms
) -> None:
    """Append articles with their stories and terms."""
    if not members:
        return
    offsets = np.concatenate([[0], np.cumsum(found.counts)]).astype(np.int32)
    table = pa.table(
        [
            [one.first_at.date() for one in members],
            uuid_array([one.article_id for one in members]),
            uuid_array(stories),
            pa.array([one.first_seen_at for one in members], _TIME),
            pa.array([one.first_at for one in members], _TIME),
            pa.array([one.last_at for one in members], _TIME),
            [one.title for one in members],
            pa.array([one.language for one in members], pa.string()),
            pa.array([sorted(one.outlets) for one in members], pa.list_(pa.string())),
            pa.ListArray.from_arrays(pa.array(offsets), pa.array(found.terms)),
            pa.ListArray.from_arrays(pa.array(offsets), pa.array(found.weights)),
        ],
        schema=MEMBERS,
    )
    connection.register("new_story_members", table)
    connection.execute(
        "INSERT INTO private.story_members BY NAME SELECT * FROM new_story_members ORDER BY day, story_id"
    )
    connection.unregister("new_story_members")


def remove_members(
    connection: duckdb.DuckDBPyConnection, articles: Collection[UUID], seen: tuple[datetime, datetime]
) -> None:
    """Delete the rows of articles; `seen` is the range of their first sights."""
    if articles:
        with temporary(connection, "wanted", id_table(articles)):
            connection.execute(
                "DELETE FROM private.story_members "
                "WHERE first_seen_at BETWEEN ? AND ? AND article_id IN (SELECT id FROM wanted)",
                list(seen),
            )


def drop_members_before(connection: duckdb.DuckDBPyConnection, before: date) -> None:
    """Delete the rows of articles from before a day."""
    connection.execute("DELETE FROM private.story_members WHERE day < ?", [before])


def assign_members(
    connection: duckdb.DuckDBPyConnection, stories: Mapping[UUID, UUID], days: tuple[date, date]
) -> None:
    """Set the stories of articles that have moved to another one; `days` is the range of their days."""
    if stories:
        with temporary(connection, "assigned", assigned(stories)):
            connection.execute(
                """
                UPDATE private.story_members SET story_id = assigned.story_id FROM assigned
                WHERE story_members.article_id = assigned.article_id AND story_members.day BETWEEN ? AND ?
                """,
                list(days),
            )


def rename_member_stories(
    connection: duckdb.DuckDBPyConnection, stories: Mapping[UUID, UUID], days: tuple[date, date]
) -> None:
    """Move all articles of some stories (keys) to others (values); `days` is the range of the articles' days."""
    if stories:
        with temporary(connection, "renamed", renamed(stories)):
            connection.execute(
                """
                UPDATE private.story_members SET story_id = renamed.new FROM renamed
                WHERE story_members.story_id = renamed.old AND story_members.day BETWEEN ? AND ?
                """,
                list(days),
            )


def add_member_outlets(
    connection: duckdb.DuckDBPyConnection, outlets: Mapping[UUID, Collection[str]], days: tuple[date, date]
) -> None:
    """Add further sources with the texts of articles; `days` is the range of the articles' days."""
    if outlets:
        table = pa.table(
            {
                "article_id": uuid_array(outlets),
                "outlets": pa.array([sorted(found) for found in outlets.values()], pa.list_(pa.string())),
            }
        )
        with temporary(connection, "more_outlets", table):
            connection.execute(
                """
                UPDATE private.story_members AS member
                SET outlets = list_distinct(list_concat(member.outlets, more_outlets.outlets))
                FROM more_outlets
                WHERE member.article_id = more_outlets.article_id AND member.day BETWEEN ? AND ?
                """,
                list(days),
            )


def assigned(stories: Mapping[UUID, UUID]) -> pa.Table:
    """A table with articles and their stories."""
    return pa.table(
        {
            "article_id": uuid_array(stories),
            "story_id": uuid_array(stories.values()),
        }
    )


def renamed(stories: Mapping[UUID, UUID]) -> pa.Table:
    """A table with former and new identifiers of stories."""
    return assigned(stories).rename_columns(["old", "new"])
