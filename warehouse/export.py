"""Tables and views as files for other programs: Parquet by month, CSV, JSON lines."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import duckdb

from warehouse.connection import first_line
from warehouse.errors import WarehouseError
from warehouse.storage import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

Form = Literal["parquet", "csv", "jsonl"]
BOOK = "newsloom-export.json"
OPTIONS: dict[Form, str] = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER",
    "jsonl": "FORMAT json",
}
# The time that a row counts for, and those of a row that came or changed since a time.
TIMES = {
    "articles": (
        "coalesce(published_at, first_seen_at)",
        "first_seen_at >= $since OR article_id IN (SELECT article_id FROM article_versions WHERE seen_at >= $since)",
    ),
    "article_versions": ("seen_at", "seen_at >= $since"),
    "fetches": ("fetched_at", "fetched_at >= $since"),
    "rejections": ("rejected_at", "rejected_at >= $since"),
    "aliases": ("seen_at", "seen_at >= $since"),
    "runs": ("started_at", "started_at >= $since"),
    "segments": ("loaded_at", "loaded_at >= $since"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of a table."""

    table: str
    rows: int
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(file.stat().st_size for file in self.files)


def export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: Sequence[str],
    form: Form,
    since: datetime | None = None,
) -> list[Exported]:
    """Write tables or views of a published warehouse below a folder, which is made where it is missing.

    Parquet of tables with times (`TIMES`) is partitioned: `articles/month=2026-03/….parquet`. A whole export takes the
    place of what an earlier one wrote there, when it is complete; with `since` (aware), what came or changed since then
    is written beside it. Raises WarehouseError for a table that is not there, one that has no times where `since` is
    given, and where the disk fails.
    """
    _check(connection, tables, since)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_export(connection, folder, table, form, since) for table in tables]
    except (OSError, duckdb.IOException) as error:
        said = error.strerror or str(error) if isinstance(error, OSError) else first_line(error)
        raise WarehouseError(
            f"{folder}: cannot be written: {said}. Of tables not yet done, an earlier export is as it was."
        ) from error


def storable(columns: Iterable[tuple[str, object]]) -> str:
    """What to select of columns, given by name and type, for Parquet: an INTERVAL as text, as in CSV and JSON lines.

    Of Parquet's own intervals, Arrow and pandas make bytes, and polars does not read them. The text is one that DuckDB
    and pandas take for an interval again.
    """
    names = ['"' + name.replace('"', '""') + '"' for name, kind in columns if str(kind) == "INTERVAL"]
    return f"* REPLACE ({', '.join(f'CAST({name} AS VARCHAR) AS {name}' for name in names)})" if names else "*"


def _check(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], since: datetime | None) -> None:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main' "
        "UNION SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    there = [name for (name,) in rows]
    for table in tables:
        if table not in there:
            raise WarehouseError(f"{table}: there is no such table or view; there are: {', '.join(there)}")
        if since is not None and table not in TIMES:
            raise WarehouseError(f"{table}: its rows have no time, so there is no --since; with it: {', '.join(TIMES)}")


def _export(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: str, form: Form, since: datetime | None
) -> Exported:
    part = f"{table}-since-{since:%Y%m%dT%H%M%SZ}" if since else table
    query, parameters = f"SELECT * FROM {table}", {}  # noqa: S608 - a name that was looked up
    if form == "parquet":
        columns = connection.execute(f"DESCRIBE {table}").fetchall()
        query = f"SELECT {storable((name, kind) for name, kind, *_ in columns)} FROM {table}"  # noqa: S608
    if since is not None:
        query, parameters = f"{query} WHERE {TIMES[table][1]}", {"since": since}
    unfinished = folder / f".{part}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        if form == "parquet" and table in TIMES:
            by_month = f"SELECT *, strftime(day_of({TIMES[table][0]}), '%Y-%m') AS month FROM ({query})"  # noqa: S608
            target, options = unfinished / table, f"PARTITION_BY (month), FILENAME_PATTERN '{part}-{{i}}'"
            copied = connection.execute(
                f"COPY ({by_month}) TO '{quoted(target)}' ({OPTIONS[form]}, {options})", parameters
            )
        else:
            target = unfinished / f"{part}.{form}"
            copied = connection.execute(f"COPY ({query}) TO '{quoted(target)}' ({OPTIONS[form]})", parameters)
        rows = int(copied.fetchall()[0][0])
        written = sorted(file.relative_to(unfinished) for file in unfinished.rglob("*") if file.is_file())
        _replace(folder, f"{form} {part}", unfinished, written, whole=since is None)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Exported(table, rows, tuple(folder / file for file in written))


def _replace(folder: Path, entry: str, unfinished: Path, written: list[Path], *, whole: bool) -> None:
    """Put the finished files in their place; of the old ones only those go that we wrote, as the book says."""
    book = _read(folder / BOOK)
    # A whole export has what the incremental ones before it have.
    for name in [name for name in book if name == entry or (whole and name.startswith(f"{entry}-since-"))]:
        for old in book.pop(name):
            (folder / old).unlink(missing_ok=True)
    for file in written:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (unfinished / file).replace(folder / file)
    book[entry] = [str(file) for file in written]
    fresh = folder / f".{BOOK}.new"
    fresh.write_text(json.dumps(book, indent=1), encoding="utf-8")
    fresh.replace(folder / BOOK)


def _read(book: Path) -> dict[str, list[str]]:
    try:
        said = json.loads(book.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise WarehouseError(f"{book}: is not what an export wrote; remove it, or choose another folder") from error
    return dict(said)
