"""Links between stories of different languages, and the vectors that stories are compared by.

The functions here run in the caller's transaction and read the given days. The day of a story is that of its first
article, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.literals import literal
from warehouse.results import arrow_table
from warehouse.temporary import id_table, table_of, temporary, uuid_array

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import duckdb
    from numpy.typing import NDArray

    Days = tuple[date, date]  # both included

VECTORS_AT_ONCE = 4096  # rows, of about 700 bytes
LONGEST = timedelta(days=31)  # a story lasts thirty days


@dataclass(frozen=True, slots=True)
class StoryText:
    """A story and the article whose headline is its title."""

    story_id: UUID
    article_id: UUID
    first_at: datetime
    last_at: datetime
    language: str
    title: str

    @property
    def day(self) -> date:
        """The day of its first article."""
        return self.first_at.astimezone(UTC).date()

    @property
    def last_day(self) -> date:
        """The day of its latest article."""
        return self.last_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class StoryVector:
    """A row of `private.story_vectors`: `vector` are the bytes of int8, `marks` hashes of names and numbers."""

    day: date
    last_day: date
    story_id: UUID
    article_id: UUID
    language: str
    vector: bytes
    marks: Sequence[int]
    method: str


@dataclass(frozen=True, slots=True)
class StoryVectors:
    """Rows of `private.story_vectors` as arrays of equal length; days are counted from 1970."""

    ids: list[UUID]
    languages: NDArray[np.str_]
    days: NDArray[np.int64]
    last_days: NDArray[np.int64]
    vectors: NDArray[np.int8]
    marks: list[NDArray[np.uint32]]


@dataclass(frozen=True, slots=True)
class StoryLink:
    """A row of `story_links`; `day` is that of the first story, which is not later than that of the other."""

    day: date
    story_id: UUID
    other_id: UUID
    language: str
    other_language: str
    similarity: float
    method: str


VECTORS = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("last_day", pa.date32()),
        pa.field("story_id", pa.uuid()),
        pa.field("article_id", pa.uuid()),
        pa.field("language", pa.string()),
        pa.field("vector", pa.binary()),
        pa.field("marks", pa.list_(pa.uint32())),
        pa.field("method", pa.string()),
    ]
)
LINKS = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("story_id", pa.uuid()),
        pa.field("other_id", pa.uuid()),
        pa.field("language", pa.string()),
        pa.field("other_language", pa.string()),
        pa.field("similarity", pa.float32()),
        pa.field("method", pa.string()),
    ]
)


def languages_between(connection: duckdb.DuckDBPyConnection, days: Days, languages: Collection[str]) -> set[str]:
    """Those of the languages that have stories which were reported within some days."""
    rows = connection.execute(
        "SELECT DISTINCT language FROM stories WHERE last_at >= $first AND last_at < $end "
        "AND first_at < $last::DATE + 1 AND language IN (SELECT unnest($languages))",
        {"first": days[0], "last": days[1], "end": days[1] + LONGEST, "languages": sorted(languages)},
    ).fetchall()
    return {language for (language,) in rows}


def unencoded_stories(
    connection: duckdb.DuckDBPyConnection, days: Days, languages: Collection[str], most: int
) -> list[StoryText]:
    """Stories of these languages without a vector that were reported within some days: the latest, so many at most."""
    rows = connection.execute(
        statement("unencoded_stories"),
        {
            "first": days[0],
            "last": days[1],
            "since": days[0] - LONGEST,
            "end": days[1] + LONGEST,
            "languages": sorted(languages),
            "many": most,
        },
    ).fetchall()
    return [StoryText(*row) for row in rows]


def leads_of(connection: duckdb.DuckDBPyConnection, stories: Sequence[StoryText], letters: int) -> dict[UUID, str]:
    """The first letters of the articles that stand for stories. Articles of long ago may be missing."""
    if not stories:
        return {}
    days = {
        "first": min(story.day for story in stories),
        "last": max(story.last_day for story in stories),
    }
    with temporary(connection, "wanted", id_table([story.article_id for story in stories])):
        return dict(connection.execute(statement("leads"), {**days, "letters": letters}).fetchall())


def encoded_articles(
    connection: duckdb.DuckDBPyConnection, stories: Collection[UUID], days: Days
) -> dict[UUID, tuple[UUID, date, str, str]]:
    """For each of the stories with a vector: article, day, language and method of that vector."""
    with temporary(connection, "wanted", id_table(stories)):
        rows = connection.execute(
            "SELECT story_id, article_id, day, language, method FROM private.story_vectors "
            "WHERE day BETWEEN ? AND ? AND story_id IN (SELECT id FROM wanted)",
            list(days),
        ).fetchall()
    return {story: (article, day, language, method) for story, article, day, language, method in rows}


def vectors_of(
    connection: duckdb.DuckDBPyConnection, stories: Collection[UUID], days: Days, method: str
) -> StoryVectors:
    """The vectors of stories that a method has made."""
    with temporary(connection, "wanted", id_table(stories)):
        found = arrow_table(
            connection,
            "SELECT story_id, language, day, last_day, vector, marks FROM private.story_vectors "
            "WHERE method = ? AND day BETWEEN ? AND ? AND story_id IN (SELECT id FROM wanted) ORDER BY story_id",
            [method, *days],
        )
    return _as_arrays(found)


def vectors_between(connection: duckdb.DuckDBPyConnection, days: Days, method: str) -> Iterator[StoryVectors]:
    """The vectors of all stories that were reported within some days, by one method, some thousand at a time.

    No other statement can run on the connection until all are read.
    """
    # Without parameters, for which DuckDB would hold all rows.
    found = connection.sql(
        "SELECT story_id, language, day, last_day, vector, marks FROM private.story_vectors "  # noqa: S608 - literals
        f"WHERE method = {literal(method)} AND last_day >= DATE '{days[0]}' "
        f"AND day BETWEEN DATE '{days[0] - LONGEST}' AND DATE '{days[1]}'"
    )
    for batch in found.to_arrow_reader(VECTORS_AT_ONCE):
        if batch.num_rows:
            yield _as_arrays(pa.Table.from_batches([batch]))


def _as_arrays(found: pa.Table) -> StoryVectors:
    rows = found.num_rows
    vectors = np.frombuffer(b"".join(found["vector"].to_pylist()), np.int8)
    marks = found["marks"].combine_chunks()
    bounds = marks.offsets.to_numpy()
    values = marks.values.to_numpy()
    return StoryVectors(
        ids=[UUID(story) for story in found["story_id"].to_pylist()],
        languages=np.array(found["language"].to_pylist(), np.str_),
        days=found["day"].cast(pa.int32()).to_numpy().astype(np.int64),
        last_days=found["last_day"].cast(pa.int32()).to_numpy().astype(np.int64),
        vectors=vectors.reshape(rows, -1) if rows else vectors.reshape(0, 1),
        marks=[values[begin:end] for begin, end in pairwise(bounds)],
    )


def add_vectors(connection: duckdb.DuckDBPyConnection, rows: Sequence[StoryVector]) -> None:
    """Append vectors of stories."""
    if rows:
        with temporary(connection, "new_vectors", table_of(rows, VECTORS)):
            connection.execute("INSERT INTO private.story_vectors BY NAME SELECT * FROM new_vectors ORDER BY day")


def set_last_days(connection: duckdb.DuckDBPyConnection, last_days: Mapping[UUID, date], days: Days) -> None:
    """Set on which days stories were reported last, as far as they have vectors."""
    if last_days:
        table = pa.table({"id": uuid_array(last_days), "last_day": pa.array(last_days.values(), pa.date32())})
        with temporary(connection, "grown", table):
            connection.execute(
                "UPDATE private.story_vectors AS stored SET last_day = grown.last_day FROM grown "
                "WHERE stored.story_id = grown.id AND day BETWEEN ? AND ? AND stored.last_day <> grown.last_day",
                list(days),
            )


def remove_vectors(connection: duckdb.DuckDBPyConnection, stories: Collection[UUID], days: Days) -> None:
    """Delete the vectors of stories."""
    if stories:
        with temporary(connection, "wanted", id_table(stories)):
            connection.execute(
                "DELETE FROM private.story_vectors WHERE day BETWEEN ? AND ? AND story_id IN (SELECT id FROM wanted)",
                list(days),
            )


def drop_vectors_before(connection: duckdb.DuckDBPyConnection, before: date) -> None:
    """Delete the vectors of stories that began before a day."""
    connection.execute("DELETE FROM private.story_vectors WHERE day < ?", [before])


def links_of(connection: duckdb.DuckDBPyConnection, stories: Collection[UUID], days: Days) -> list[StoryLink]:
    """The links of stories; `days` is the range of the days of links."""
    with temporary(connection, "wanted", id_table(stories)):
        rows = connection.execute(
            "SELECT day, story_id, other_id, language, other_language, similarity, method FROM story_links "
            "WHERE day BETWEEN ? AND ? "
            "AND (story_id IN (SELECT id FROM wanted) OR other_id IN (SELECT id FROM wanted))",
            list(days),
        ).fetchall()
    return [StoryLink(*row) for row in rows]


def add_links(connection: duckdb.DuckDBPyConnection, links: Sequence[StoryLink]) -> None:
    """Append links."""
    if links:
        with temporary(connection, "new_links", table_of(links, LINKS)):
            connection.execute(
                "INSERT INTO story_links BY NAME SELECT * FROM new_links ORDER BY day, story_id, other_id"
            )


def remove_links(connection: duckdb.DuckDBPyConnection, links: Sequence[StoryLink]) -> None:
    """Delete links."""
    if links:
        pairs = pa.table(
            {
                "story_id": uuid_array([link.story_id for link in links]),
                "other_id": uuid_array([link.other_id for link in links]),
            }
        )
        with temporary(connection, "gone_links", pairs):
            connection.execute(
                "DELETE FROM story_links USING gone_links AS gone WHERE day BETWEEN ? AND ? "
                "AND story_links.story_id = gone.story_id AND story_links.other_id = gone.other_id",
                [min(link.day for link in links), max(link.day for link in links)],
            )
