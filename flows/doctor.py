"""Whether warehouse, archive and published file agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from crawlers.archive import Segment, sealed_segments
from crawlers.errors import ArchiveError
from warehouse import WarehouseError, connect, storage
from warehouse.doctor import EXAMPLES, REMEDY, Finding, check_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.layout import DataDirectory
    from warehouse import Writer

RESTORE = "Restore the files from a backup. What was loaded stays in the warehouse; `newsloom rebuild` would lose it."


def examine(writer: Writer, directory: DataDirectory, *, deep: bool = False) -> list[Finding]:
    """Everything that is wrong. With `deep` every stored page that a version came from is read, which takes long."""
    findings = check_warehouse(writer.connection)
    findings += _check_segments(writer, directory)
    if deep:
        findings += _check_records(writer, directory)
    findings += _check_published(writer)
    return findings


def _check_segments(writer: Writer, directory: DataDirectory) -> Iterator[Finding]:
    sealed = {segment.name: segment for segment in sealed_segments(directory.archive)}
    rows = writer.connection.execute(
        "SELECT segments.segment, any_value(segments.fetches), max(fetches.warc_offset) "
        "FROM segments LEFT JOIN fetches USING (segment) WHERE segments.removed_at IS NULL "
        "GROUP BY segments.segment ORDER BY segments.segment"
    ).fetchall()
    loaded = {name for (name,) in writer.connection.execute("SELECT segment FROM segments").fetchall()}
    missing, short = [], []
    for name, fetches, last_offset in rows:
        if name not in sealed:
            missing.append(name)
            continue
        lines = _lines(sealed[name])
        if lines is None or (last_offset is not None and sealed[name].warc_path.stat().st_size <= last_offset):
            missing.append(f"{name}: its log or the end of its WARC file is gone")
        elif lines != fetches:
            short.append(f"{name}: {fetches} requests by the ledger, {lines} in its log")
    yield from _finding("Loaded segments that the archive does not have whole.", missing, RESTORE)
    yield from _finding("Segments whose log is not as long as the ledger says.", short, RESTORE)
    waiting = [name for name in sealed if name not in loaded]
    yield from _finding(
        "Segments that wait to be loaded.",
        waiting,
        "The next `newsloom run` or `newsloom import` loads them.",
        harmless=True,
    )


def _lines(segment: Segment) -> int | None:
    try:
        with segment.log_path.open("rb") as log:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))
    except OSError:
        return None


def _check_records(writer: Writer, directory: DataDirectory) -> Iterator[Finding]:
    rows = writer.connection.execute(
        "SELECT DISTINCT segment, warc_offset FROM article_versions WHERE warc_offset IS NOT NULL ORDER BY ALL"
    )
    damaged = []
    while some := rows.fetchmany(2048):
        for name, offset in some:
            try:
                Segment(directory.archive, name).read(offset)
            except ArchiveError as error:
                damaged.append(str(error))
    yield from _finding("Stored pages of articles that cannot be read.", damaged, RESTORE)


def _check_published(writer: Writer) -> Iterator[Finding]:
    count: Callable[[duckdb.DuckDBPyConnection], int] = lambda connection: int(  # noqa: E731
        connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0]
    )
    if not writer.public.exists() and count(writer.connection) == 0:
        return
    publish = "The next `newsloom run` publishes it anew."
    try:
        with connect(writer.public) as reader:
            published = count(reader)
    except (WarehouseError, duckdb.Error) as error:
        yield Finding(f"{writer.public.name} cannot be read.", 1, (str(error),), publish)
        return
    held = count(writer.connection)
    if published != held:
        difference = f"{published} articles there, {held} in the private file"
        yield Finding(f"{writer.public.name} is not up to date.", 1, (difference,), publish, is_harmless=True)
    if storage.is_old(writer.public):
        yield Finding("The published file is in an old format.", 1, (), publish, is_harmless=True)


def _finding(what: str, found: list[str], remedy: str = REMEDY, *, harmless: bool = False) -> Iterator[Finding]:
    if found:
        yield Finding(what, len(found), tuple(found[:EXAMPLES]), remedy, harmless)
