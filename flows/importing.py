"""Articles from files: each file becomes segments of the archive, and these are loaded like a crawl's.

A file's segments are named by its fingerprint (a digest of its content, where it is on this machine) and by the record
they begin at, so that a file half done is not begun again, and a file given twice is loaded once.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Protocol

from crawlers.archive import Exchange, Fetch, Record, SegmentWriter
from crawlers.errors import CrawlersError
from crawlers.imports import json_lines, plain_text, warc_pages
from crawlers.inputs import find_input
from flows import progress
from flows.dedup.upkeep import close_quiet_stories
from flows.errors import FlowsError
from flows.loading import Begun, begin, finish, load, pending_segments, quiet_archive
from flows.timing import Spent, spent
from warehouse.load import loaded_fetches
from warehouse.runs import finish_run, start_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawlers.inputs import Input
    from flows.extracting import Extractor
    from flows.layout import DataDirectory
    from warehouse import Writer

SEGMENT_RECORDS = 1000  # some 5 MB of texts: a second or two of work that a killed import does again
SEGMENT_BYTES = 1 << 40  # cut by number alone

Item = tuple[Fetch, Exchange | Record | None]


class Reader(Protocol):
    """How a kind of file is read."""

    def __call__(self, file: Input, left_out: Counter[str], *, clean: bool = ...) -> Iterator[Item]:
        """A file's records; what is none is counted in `left_out`."""


READERS: dict[str, Reader] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".json": json_lines,
    ".txt": plain_text,
    ".warc": warc_pages,
    ".warc.gz": warc_pages,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: records by outcome, seconds by step, records left out by kind and those loaded before."""

    file: Input
    outcomes: Counter[str] = field(default_factory=Counter)
    times: Spent = field(default_factory=Spent)
    left_out: Counter[str] = field(default_factory=Counter)
    loaded_before: int = 0


def check_files(places: Sequence[str]) -> list[Input]:
    """The files at paths and addresses; raises FlowsError, naming all of them, for those that cannot be imported."""
    files, problems = [], []
    for place in places:
        try:
            file = find_input(place)
        except CrawlersError as error:
            problems.append(str(error))
            continue
        if _reader(file) is None:
            problems.append(f"{file.place}: is of no known kind: allowed are {', '.join(READERS)}")
        files.append(file)
    if problems:
        raise FlowsError("\n".join(problems))
    return files


def _reader(file: Input) -> Reader | None:
    name = file.name.lower()
    return next((reader for suffix, reader in READERS.items() if name.endswith(suffix)), None)


def import_files(
    writer: Writer, extractor: Extractor, directory: DataDirectory, files: list[Input], *, clean: bool = False
) -> list[Imported]:
    """Import files in order, after what an interrupted run left; publishing is the caller's.

    With `clean` what is not the article's is dropped from ready-made texts when they are extracted, then and ever
    after; a file that was imported without it is imported anew.
    A record or page that is no article costs itself, with a reason in `rejections`. Raises FlowsError for a file that
    cannot be read at all.
    """
    for name in pending_segments(writer, directory):
        load(writer, extractor, directory, name)
    with quiet_archive(directory):
        imported = [_import(writer, extractor, directory, file, clean=clean) for file in files]
    with writer.transaction() as connection:
        close_quiet_stories(connection)  # an archive's stories are long over
    return imported


def _import(writer: Writer, extractor: Extractor, directory: DataDirectory, file: Input, *, clean: bool) -> Imported:
    reporter = progress.current.get()
    reporter.step(f"importing {file.name}")
    reader = _reader(file)
    assert reader is not None, "checked"
    run_id = file.fingerprint()
    if clean:
        run_id = hashlib.blake2b(f"{run_id} clean".encode(), digest_size=8).hexdigest()
    outcomes: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    times: Spent = Spent()
    start_run(writer, run_id, "import", version("newsloom"), datetime.now(UTC))
    try:
        items = reader(file, left_out, clean=clean)
        position = before = _skip_loaded(writer, run_id, items)
        begun: Begun | None = None
        while True:
            with spent(times, "archive"):
                chunk = list(islice(items, SEGMENT_RECORDS))
                name = _archive_chunk(directory, run_id, position, chunk) if chunk else None
            # While a segment is loaded the workers extract the next one.
            following = begin(writer, extractor, directory, name) if name else None
            if begun is not None:
                loaded = finish(writer, begun)
                assert loaded is not None, "the ledger does not have it"
                outcomes.update(loaded.outcomes)
                times.update(loaded.times)
                reporter.loaded(loaded)
            if following is None:
                break
            begun = following
            position += len(chunk)
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    finish_run(writer, run_id, "completed", datetime.now(UTC))
    return Imported(file, outcomes, times, left_out, before)


def _name(run_id: str, position: int) -> str:
    """A segment's name says at which record of the file it begins."""
    return f"import-{run_id}-{position:09d}"


def _skip_loaded(writer: Writer, run_id: str, items: Iterator[Item]) -> int:
    """Go past the records that the ledger has; returns how many.

    A segment that a killed import left open was sealed with the records it had: the next one begins behind them.
    """
    position = 0
    while (records := loaded_fetches(writer.connection, _name(run_id, position))) is not None:
        deque(islice(items, records), maxlen=0)
        position += records
    return position


def _archive_chunk(directory: DataDirectory, run_id: str, position: int, chunk: list[Item]) -> str:
    name = _name(run_id, position)
    with SegmentWriter(
        directory.archive, run_id, name=name, max_pages=SEGMENT_RECORDS + 1, max_bytes=SEGMENT_BYTES, max_age=inf
    ) as segment:
        for fetch, content in chunk:
            segment.add(fetch, content)
    return name
