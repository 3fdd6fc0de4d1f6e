"""Tables and views as files for other programs: Parquet by month, CSV, JSON lines, Excel.

`warehouse.formats` defines what the files contain; this module says which files there are, and replaces old ones.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import duckdb

from warehouse.connection import DISK
from warehouse.errors import WarehouseError, first_line
from warehouse.formats import PARQUET_OPTIONS, parquet_columns, write, write_csv, write_parquet
from warehouse.lake import without_password
from warehouse.literals import literal, time_literal
from warehouse.xlsx import write_xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from warehouse.formats import Format

ExportFormat: TypeAlias = "Format | Literal['xlsx']"
MANIFEST = "newsloom-export.json"
# The time of a row, which decides its month, and which rows are new or changed since a time.
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
    """A table that was exported: number of rows, the files, and how many texts were cut because they are too long."""

    table: str
    rows: int
    files: tuple[Path, ...]
    cut: int = 0

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.stat().st_size for file in self.files)


def export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: Sequence[str],
    form: ExportFormat,
    since: datetime | None = None,
) -> list[Exported]:
    """Write tables or views of a published warehouse to a folder, which is created if it does not exist.

    Parquet files of tables with times (`TIMES`) are partitioned: `articles/month=2026-03/….parquet`. A full export
    replaces the files of earlier exports of the table once it is complete; with `since` (aware), new and changed rows
    are written to additional files. Raises WarehouseError for an unknown table, for a table without times if `since`
    is given, when the disk fails, and when the warehouse cannot be read.
    """
    try:
        _check(connection, tables, since)
        folder.mkdir(parents=True, exist_ok=True)
        return [_export(connection, folder, table, form, since) for table in tables]
    except OSError as error:
        raise WarehouseError(f"{folder}: cannot be written: {error.strerror or error}. {_UNCHANGED}") from error
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        said = first_line(error)
        if DISK.search(said) or str(folder) in said:
            raise WarehouseError(f"{folder}: cannot be written: {said}. {_UNCHANGED}") from error
        raise WarehouseError(f"the warehouse cannot be read: {without_password(said)}. {_UNCHANGED}") from error


_UNCHANGED = "Earlier exports of tables that were not finished are unchanged."


def _check(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], since: datetime | None) -> None:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main' "
        "UNION SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    there = [name for (name,) in rows]
    for table in tables:
        if table not in there:
            raise WarehouseError(f"{table}: unknown table or view; available: {', '.join(there)}")
        if since is not None and table not in TIMES:
            raise WarehouseError(
                f"{table}: has no times, so --since cannot be used; tables with times: {', '.join(TIMES)}"
            )


def _export(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: str, form: ExportFormat, since: datetime | None
) -> Exported:
    part = f"{table}-since-{since:%Y%m%dT%H%M%SZ}" if since else table
    query = f"SELECT * FROM {table}"  # noqa: S608 - a name that was looked up
    if since is not None:
        query += f" WHERE {TIMES[table][1].replace('$since', time_literal(since))}"
    relation = connection.sql(query)
    unfinished = folder / f".{part}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        file = unfinished / f"{part}.{form}"
        cut = 0
        if form == "parquet" and table in TIMES:
            month = f"strftime(day_of({TIMES[table][0]}), '%Y-%m') AS month"
            by_month = f"SELECT {parquet_columns(relation)}, {month} FROM ({query})"  # noqa: S608 - our own text
            options = f"{PARQUET_OPTIONS}, PARTITION_BY (month), FILENAME_PATTERN '{part}-{{i}}'"
            connection.execute(f"COPY ({by_month}) TO {literal(unfinished / table)} ({options})")
        elif form == "parquet":
            write_parquet(relation, file)
        elif form == "csv":
            write_csv(relation, file)
        elif form == "xlsx":
            cut = write_xlsx(connection, query, file, part)
        else:
            with file.open("wb") as target:
                write(relation, form, target)
        (rows,) = relation.count("*").fetchall()[0]
        written = sorted(file.relative_to(unfinished) for file in unfinished.rglob("*") if file.is_file())
        _replace(folder, f"{form} {part}", unfinished, written, whole=since is None)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Exported(table, rows, tuple(folder / file for file in written), cut)


def _replace(folder: Path, entry: str, unfinished: Path, written: list[Path], *, whole: bool) -> None:
    """Move the finished files to their place; only old files that are in the manifest are removed."""
    manifest = _read(folder / MANIFEST)
    # A full export contains the rows of the incremental ones before it.
    for name in [name for name in manifest if name == entry or (whole and name.startswith(f"{entry}-since-"))]:
        for old in manifest.pop(name):
            (folder / old).unlink(missing_ok=True)
    for file in written:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (unfinished / file).replace(folder / file)
    manifest[entry] = [str(file) for file in written]
    fresh = folder / f".{MANIFEST}.new"
    fresh.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    fresh.replace(folder / MANIFEST)


def _read(manifest: Path) -> dict[str, list[str]]:
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise WarehouseError(f"{manifest}: not written by newsloom; remove it, or choose another folder") from error
    return dict(said)
