"""Stories: their rows, their centroids, and the document frequencies of terms.

The functions here run in the caller's transaction and read the days around the given articles.
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

WEIGHT_UNIT = 4096  # the stored value of a weight of 1

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
    """A row of `stories`, without columns that are derived from others."""

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
    """The stories that new articles may belong to, while the context lasts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def __enter__(self) -> CandidateStories:
        self.connection.execute("CREATE OR REPLACE TEMP TABLE candidate_stories (story_id UUID)")
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.connection.execute("DROP TABLE temp.candidate_stories")

    def add(self, stories: Collection[UUID]) -> None:
        """Add these stories, whatever their terms."""
        if stories:
            with temporary(self.connection, "wanted", id_table(stories)):
                self.connection.execute("INSERT INTO candidate_stories SELECT id FROM wanted")

    def search(self, strong: pa.Table, days: tuple[date, date], least: float) -> None:
        """Add stories whose last day is within `days` and that share strong terms with an article.

        `strong` has the columns node (number of the article), term and weight (in units of 1/WEIGHT_UNIT); the sum of
        the products of the weights of shared terms is at least `least`.
        """
        with temporary(self.connection, "node_terms", strong):
            self.connection.execute(
                statement("story_candidates"),
                {"first": days[0], "last": days[1], "least": int(least * WEIGHT_UNIT * WEIGHT_UNIT)},
            )

    def read(self, days: tuple[date, date]) -> dict[UUID, Story]:
        """The rows of the candidates whose last day is within `days`, oldest first."""
        rows = self.connection.execute(
            f"SELECT {_COLUMNS} FROM stories WHERE story_id IN (SELECT story_id FROM candidate_stories) "  # noqa: S608
            "AND last_at >= ? AND last_at < CAST(? AS DATE) + 1 ORDER BY first_at, story_id",
            list(days),
        ).fetchall()
        return _stories(rows)


def read_centroids(
    connection: duckdb.DuckDBPyConnection, stories: Sequence[Story]
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32]]:
    """The centroids of stories, as (number of the story in the given order, term, weight), by number and weight."""
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
    """Delete stories and their centroids."""
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
    """Append stories and their centroids (columns of STORY_TERMS)."""
    columns: dict[str, list[Any]] = {name: [getattr(story, name, None) for story in stories] for name in STORIES.names}
    columns |= {"sources": [len(story.outlets) for story in stories], "method": [method] * len(stories)}
    arrays = [
        uuid_array(columns[field.name]) if field.name.endswith("_id") else pa.array(columns[field.name], field.type)
        for field in STORIES
    ]
    rows = pa.table(arrays, schema=STORIES)
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
    """Set the story of each article; `seen` is the range of their first sights."""
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
    """Move all articles of some stories (keys) to others (values), because stories were merged."""
    if not stories:
        return
    with temporary(connection, "renamed", renamed(stories)):
        connection.execute(
            "UPDATE article_state AS state SET story_id = renamed.new FROM renamed WHERE state.story_id = renamed.old"
        )


def known_stories(
    connection: duckdb.DuckDBPyConnection, wanted: Collection[UUID], span: tuple[datetime, datetime]
) -> set[UUID]:
    """Those of the identifiers that are stories already, within 60 days of `span`: twice the length of a story."""
    with temporary(connection, "wanted", id_table(wanted)):
        rows = connection.execute(
            "SELECT story_id FROM stories WHERE story_id IN (SELECT id FROM wanted) "
            "AND last_at BETWEEN ? - INTERVAL 60 DAYS AND ? + INTERVAL 60 DAYS",
            list(span),
        ).fetchall()
    return {story for (story,) in rows}


def close_stories(connection: duckdb.DuckDBPyConnection, quiet_since: datetime, now: datetime) -> int:
    """Close the stories whose latest article is from before `quiet_since`; returns their number."""
    return int(
        connection.execute(
            "UPDATE stories SET closed_at = ? WHERE closed_at IS NULL AND last_at < ?", [now, quiet_since]
        ).fetchall()[0][0]
    )


def link_chains(
    connection: duckdb.DuckDBPyConnection, span: tuple[datetime, datetime], *, days: int, least: float, method: str
) -> None:
    """Find for each story with its latest article in `span` the earlier story that it continues.

    That is the most similar one that ended at most so many days before, if their strong terms have a cosine of at
    least `least`. Only stories of at least two articles are linked.
    """
    # DuckDB takes parameters in one statement at a time.
    given = {"since": span[0], "until": span[1], "days": days, "least": least, "method": method}
    for part in statement("story_chains").split(";"):
        if sql := part.strip():
            connection.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql})


def story_months(connection: duckdb.DuckDBPyConnection) -> list[tuple[datetime, datetime]]:
    """The spans of months in which stories ended."""
    return connection.execute(
        "SELECT min(last_at), max(last_at) FROM stories GROUP BY date_trunc('month', last_at) ORDER BY 1"
    ).fetchall()


def read_document_frequencies(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[set[str], NDArray[np.uint32], NDArray[np.float32]]:
    """The languages with document frequencies; the terms, ascending; and the share of articles that contain each."""
    languages = connection.execute("SELECT DISTINCT language FROM private.document_frequencies").fetchall()
    found = connection.execute(
        "SELECT term, max(share) AS share FROM private.document_frequencies GROUP BY term ORDER BY term"
    ).fetchnumpy()
    return {language for (language,) in languages}, found["term"], found["share"]
