"""The published file as the dashboard reads it: opened again whenever a run has published a new one."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from flows.dashboard.errors import QueryError, TooSlowError, UnavailableError
from warehouse.connection import PUBLISHED, connect
from warehouse.errors import TransientWarehouseError, WarehouseError, first_line
from warehouse.lake import configured_lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# One person waits for one page: a query that takes longer is stopped, because others wait behind it.
PATIENCE_SECONDS = 20.0
# Most of the time of a page about stories or copies is that of the view `appearances`, which reads all articles. Its
# rows are kept in a temporary table of the same name, which DuckDB takes for the view, also within other views.
APPEARANCES = "CREATE TEMP TABLE appearances AS FROM main.appearances"
USE_APPEARANCES = re.compile(r"\b(appearances|story_days|story_first|syndication_edges|wire_share)\b")
# After so long without a page, the file is closed: its cached blocks are some hundred megabytes.
IDLE_SECONDS = 600.0
LAKE_SECONDS = 60.0  # how old the answers about a lake may be
MOST_KEPT = 200_000  # rows of results of one published file, some hundred bytes each

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows of a query, and whether there are more."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What all pages need to know of a published file. `stamp` identifies it, see `Published.stamp`.

    Days are in UTC: that of the first article, and that of the latest article of a story; None without any.
    """

    stamp: str
    articles: int
    first_day: date | None
    last_day: date | None
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    has_names: bool = True
    """False for a file that was published before names were collected."""


@dataclass
class Reader:
    """One published file, open. The same query is answered from memory the second time."""

    connection: duckdb.DuckDBPyConnection
    facts: Facts
    _kept: dict[tuple[str, int], Rows] = field(default_factory=dict)
    _has_appearances: bool = False

    def rows(self, sql: str, limit: int) -> Rows:
        """The first `limit` rows of a query.

        Raises UnavailableError where the file lacks a view, QueryError for a query that fails, and TooSlowError for one
        that takes too long.
        """
        if (sql, limit) not in self._kept:
            with self._querying(sql):
                found = self.connection.execute(f"SELECT * FROM ({sql}\n) LIMIT {limit + 1}")  # noqa: S608 - our own SQL
                names = tuple(column[0] for column in found.description or ())
                rows = found.fetchall()
            if sum(len(kept.rows) for kept in self._kept.values()) + len(rows) > MOST_KEPT:
                self._kept.clear()
            shown = tuple(dict(zip(names, row, strict=True)) for row in rows[:limit])
            self._kept[sql, limit] = Rows(names, shown, len(rows) > limit)
        return self._kept[sql, limit]

    def csv(self, sql: str) -> bytes:
        """All rows of a query as CSV, as `newsloom sql --format csv` writes them. Raises what `rows` does."""
        from warehouse.formats import write_csv  # half a second of imports

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.csv"
            with self._querying(sql):
                write_csv(self.connection.sql(sql), file)
            return file.read_bytes()

    @contextmanager
    def _querying(self, sql: str) -> Iterator[None]:
        with _errors_of_queries(), _stopped_in_time(self.connection):
            if not self._has_appearances and USE_APPEARANCES.search(sql):
                self.connection.execute(APPEARANCES)
                self._has_appearances = True
            yield


@dataclass
class Published:
    """The published file of a data directory, for any number of threads: one of them reads at a time.

    DuckDB gives all connections of a process to one path the same database, even when another file has taken its place:
    so the old connection is closed before the new file is opened.
    """

    directory: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reader: Reader | None = None
    _used_at: float = 0.0

    def stamp(self) -> str:
        """A text that differs after the file was published again; empty if there is none. Does not wait for readers."""
        if configured_lake(self.directory) is not None:  # opened again after a while, rather than after each load
            return f"lake-{int(time.time() // LAKE_SECONDS)}"
        try:
            state = (self.directory / PUBLISHED).stat()
        except OSError:
            return ""
        return f"{state.st_ino}-{state.st_mtime_ns}-{state.st_size}"

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read the file as it is now. Raises UnavailableError if it cannot be read."""
        with self._lock:
            stamp = self.stamp()
            if self._reader is None or self._reader.facts.stamp != stamp:
                self._close()
                self._reader = _open(self.directory, stamp)
            try:
                yield self._reader
            finally:
                self._used_at = time.monotonic()

    def release(self) -> None:
        """Close the file if nobody has read it for a while, or if another one has taken its place.

        A file that was replaced takes up the disk as long as it is open. Does nothing while somebody reads.
        """
        if self._lock.acquire(blocking=False):
            try:
                if self._reader is None:
                    return
                idle = time.monotonic() - self._used_at
                if idle > IDLE_SECONDS or self._reader.facts.stamp != self.stamp():
                    self._close()
            finally:
                self._lock.release()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.connection.close()
            self._reader = None


def _open(directory: Path, stamp: str) -> Reader:
    try:
        connection = connect(directory)
    except (WarehouseError, TransientWarehouseError) as error:
        raise UnavailableError(str(error)) from error
    try:
        return Reader(connection, _facts(connection, stamp))
    except BaseException:
        connection.close()
        raise


@contextmanager
def _errors_of_queries() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as error:
        raise TooSlowError(PATIENCE_SECONDS) from error
    except (duckdb.CatalogException, duckdb.BinderException) as error:  # a view, column or option is missing
        raise UnavailableError(
            f"This file was published by another version of newsloom: {first_line(error)}. "
            "The next `newsloom run` publishes it again."
        ) from error
    except duckdb.InvalidInputException as error:  # what our macros say of their arguments
        raise QueryError(str(error).removeprefix("Invalid Input Error: ")) from error
    except duckdb.Error as error:
        raise QueryError(f"The query failed: {first_line(error)}") from error


@contextmanager
def _stopped_in_time(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    timer = threading.Timer(PATIENCE_SECONDS, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _facts(connection: duckdb.DuckDBPyConnection, stamp: str) -> Facts:
    with _errors_of_queries():
        articles, first_day = connection.execute("SELECT count(*), min(day) FROM article_days").fetchall()[0]
        # Some publishers state days to come; stories are then dated by when their articles were seen.
        last_day = connection.execute("SELECT day_of(max(last_at)) FROM stories").fetchall()[0][0]
        sources = connection.execute("SELECT source FROM sources UNION SELECT source FROM article_state ORDER BY 1")
        names = tuple(name for (name,) in sources.fetchall())
        languages = connection.execute("SELECT DISTINCT language FROM stories WHERE language IS NOT NULL ORDER BY 1")
        codes = tuple(code for (code,) in languages.fetchall())
        views = connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = 'mentions'").fetchall()
    return Facts(stamp, articles, first_day, last_day, names, codes, has_names=views[0][0] > 0)
