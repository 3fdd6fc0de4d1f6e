"""Stories: their rows, the terms they are found by, and the background that says which terms tell something.

Everything here is one transaction of the caller's, and reads the days around the articles at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.dedup.story_members import assigned, renamed
from warehouse.temporary import id_table, temporary, uuid_array

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    import duckdb
    from numpy.typing import NDArray

WEIGHT_UNIT = 4096  # a weight of 1 as it is stored

STORY_TERMS = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("story_id", pa.uuid()),
        pa.field("term", pa.uint32()),
        pa.field("weight", pa.uint16()),
        pa.field("strong", pa.bool_()),
    ]
)
_TIME = pa.timestamp("us", tz="UTC")
STORIES = pa.schema(
    [
        pa.field("story_id", pa.uuid()),
        pa.field("title", pa.string()),
        pa.field("first_at", _TIME),
        pa.field("last_at", _TIME),
        pa.field("articles", pa.int32()),
        pa.field("sources", pa.int32()),
        pa.field("method", pa.string()),
        pa.field("language", pa.string()),
        pa.field("reports", pa.int32()),
        pa.field("outlets", pa.list_(pa.string())),
        pa.field("article_id", pa.uuid()),
        pa.field("similarity", pa.float32()),
        pa.field("closed_at", _TIME),
    ]
)


@dataclass(frozen=True, slots=True)
class Story:
    """A row of `stories`, without the columns that follow from others."""

    story_id: UUID
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    reports: int
    outlets: tuple[str, ...]
    language: str | None
    article_id: UUID
    similarity: float
    closed_at: datetime | None


class CandidateStories:
    """The stories that new articles may belong to, for as long as the context lasts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def __enter__(self) -> CandidateStories:
        self.connection.execute("CREATE OR REPLACE TEMP TABLE candidate_stories (story_id UUID)")
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.connection.execute("DROP TABLE temp.candidate_stories")

    def add(self, stories: Collection[UUID]) -> None:
        """These, whatever they are about."""
        if stories:
            with temporary(self.connection, "wanted", id_table(stories)):
                self.connection.execute("INSERT INTO candidate_stories SELECT id FROM wanted")

    def search(self, strong: pa.Table, days: tuple[date, date], least: float) -> None:
        """Those whose last day lies within `days` and that share strong terms with an article.

        `strong` has the columns node (the article's number), term and weight (in parts of WEIGHT_UNIT); the sum of the
        products of the terms that both have is at least `least`.
        """
        with temporary(self.connection, "node_terms", strong):
            self.connection.execute(
                statement("story_candidates"),
                {"first": days[0], "last": days[1], "least": int(least * WEIGHT_UNIT * WEIGHT_UNIT)},
            )

    def read(self, days: tuple[date, date]) -> dict[UUID, Story]:
        """The rows of those whose last day lies within `days`, the oldest first."""
        rows = self.connection.execute(
            f"SELECT {_COLUMNS} FROM stories WHERE story_id IN (SELECT story_id FROM candidate_stories) "  # noqa: S608
            "AND last_at >= ? AND last_at < CAST(? AS DATE) + 1 ORDER BY first_at, story_id",
            list(days),
        ).fetchall()
        return _stories(rows)


def read_centroids(
    connection: duckdb.DuckDBPyConnection, stories: Sequence[Story]
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32]]:
    """The terms of stories, as (number of the story in their order, term, weight), by number and falling weight."""
    if not stories:
        return np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32)
    table = pa.table(
        {
            "story_id": uuid_array([story.story_id for story in stories]),
            "number": pa.array(range(len(stories)), pa.int64()),
        }
    )
    days = [story.last_at.date() for story in stories]
    with temporary(connection, "numbered", table):
        found = connection.execute(
            """
            SELECT number, term, weight / $unit AS weight FROM private.story_terms JOIN numbered USING (story_id)
            WHERE day BETWEEN $first AND $last ORDER BY number, weight DESC, term
            """,
            {"unit": WEIGHT_UNIT, "first": min(days), "last": max(days)},
        ).fetchnumpy()
    return found["number"], found["term"], found["weight"].astype("float32")


_COLUMNS = "story_id, title, first_at, last_at, articles, reports, outlets, language, article_id, similarity, closed_at"


def _stories(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, Story]:
    return {
        key: Story(key, title, first, last, articles, reports, tuple(outlets), *rest)
        for key, title, first, last, articles, reports, outlets, *rest in rows
    }


def remove_stories(connection: duckdb.DuckDBPyConnection, gone: Collection[Story]) -> None:
    """Delete stories and their terms."""
    if not gone:
        return
    first, last = min(story.last_at for story in gone), max(story.last_at for story in gone)
    with temporary(connection, "wanted", id_table([story.story_id for story in gone])):
        connection.execute(
            "DELETE FROM stories WHERE last_at BETWEEN ? AND ? AND story_id IN (SELECT id FROM wanted)",
            [first, last],
        )
        connection.execute(
            "DELETE FROM private.story_terms WHERE day BETWEEN ? AND ? AND story_id IN (SELECT id FROM wanted)",
            [first.date(), last.date()],
        )


def add_stories(connection: duckdb.DuckDBPyConnection, stories: Sequence[Story], method: str, terms: pa.Table) -> None:
    """Append stories, and their terms (STORY_TERMS)."""
    columns: dict[str, list[Any]] = {name: [getattr(story, name, None) for story in stories] for name in STORIES.names}
    columns |= {name: [key.bytes for key in columns[name]] for name in ("story_id", "article_id")}
    columns |= {"sources": [len(story.outlets) for story in stories], "method": [method] * len(stories)}
    rows = pa.table({field.name: pa.array(columns[field.name], field.type) for field in STORIES}, schema=STORIES)
    connection.register("new_stories", rows)
    # `likeness` is the former name of `similarity`, kept for one release.
    connection.execute("INSERT INTO stories BY NAME SELECT *, similarity AS likeness FROM new_stories ORDER BY last_at")
    connection.unregister("new_stories")
    connection.register("new_story_terms", terms)
    connection.execute("INSERT INTO private.story_terms BY NAME SELECT * FROM new_story_terms")
    connection.unregister("new_story_terms")


def assign_stories(
    connection: duckdb.DuckDBPyConnection, stories: Mapping[UUID, UUID], seen: tuple[datetime, datetime]
) -> None:
    """Enter the story of each article; `seen` spans the articles' first sights."""
    if not stories:
        return
    with temporary(connection, "assigned", assigned(stories)):
        connection.execute(
            """
            UPDATE article_state AS state SET story_id = assigned.story_id FROM assigned
            WHERE state.article_id = assigned.article_id AND state.first_seen_at BETWEEN ? AND ?
            """,
            list(seen),
        )


def rename_stories(connection: duckdb.DuckDBPyConnection, stories: Mapping[UUID, UUID]) -> None:
    """Give the articles of some stories to others: what is one story has one identifier."""
    if not stories:
        return
    with temporary(connection, "renamed", renamed(stories)):
        connection.execute(
            "UPDATE article_state AS state SET story_id = renamed.new FROM renamed WHERE state.story_id = renamed.old"
        )


def known_stories(
    connection: duckdb.DuckDBPyConnection, wanted: Collection[UUID], span: tuple[datetime, datetime]
) -> set[UUID]:
    """Which of these are stories already, among those that two lengths of a story or less are apart from `span`."""
    with temporary(connection, "wanted", id_table(wanted)):
        rows = connection.execute(
            "SELECT story_id FROM stories WHERE story_id IN (SELECT id FROM wanted) "
            "AND last_at BETWEEN ? - INTERVAL 60 DAYS AND ? + INTERVAL 60 DAYS",
            list(span),
        ).fetchall()
    return {story for (story,) in rows}


def close_stories(connection: duckdb.DuckDBPyConnection, quiet_since: datetime, now: datetime) -> int:
    """Mark stories as closed whose latest article came before `quiet_since`; returns how many those are."""
    return int(
        connection.execute(
            "UPDATE stories SET closed_at = ? WHERE closed_at IS NULL AND last_at < ?", [now, quiet_since]
        ).fetchall()[0][0]
    )


def read_document_frequencies(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[set[str], NDArray[np.uint32], NDArray[np.float32]]:
    """The languages that there is a background of, its terms, ascending, and the part of articles that have each."""
    languages = connection.execute("SELECT DISTINCT language FROM private.document_frequencies").fetchall()
    found = connection.execute(
        "SELECT term, max(share) AS share FROM private.document_frequencies GROUP BY term ORDER BY term"
    ).fetchnumpy()
    return {language for (language,) in languages}, found["term"], found["share"]
