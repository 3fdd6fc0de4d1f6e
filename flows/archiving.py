"""The records of a file into the archive: a process of its own writes segments while others are loaded."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Protocol

from crawlers.archive import Exchange, Fetch, Record, SegmentWriter
from crawlers.errors import CrawlersError
from crawlers.imports import json_lines, plain_text, warc_pages
from flows.errors import FlowsError
from flows.workers import start_worker, worker_context

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from crawlers.inputs import Input

SEGMENT_RECORDS = 1000  # some 5 MB of texts: a second or two of work that a killed import does again
SEGMENT_BYTES = 1 << 40  # cut by number alone
AHEAD = 1  # segments that may be handed over before they are asked for; one more is written

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
class Work:
    """A file to archive from the record `position` on, for the run `run_id`; `clean` as in `import_files`."""

    archive: Path
    file: Input
    run_id: str
    position: int
    clean: bool


def reader_of(file: Input) -> Reader | None:
    """How a file is read, by its name; None where its kind is not known."""
    name = file.name.lower()
    return next((reader for suffix, reader in READERS.items() if name.endswith(suffix)), None)


def segment_name(run_id: str, position: int) -> str:
    """A segment's name says at which record of the file it begins."""
    return f"import-{run_id}-{position:09d}"


def archive_file(work: Work, left_out: Counter[str]) -> Generator[str]:
    """Archive a file; gives the name of each segment once it is sealed, and counts in the end what is no record.

    Another process writes, a little ahead; it ends with this one, and when the iterator is closed. Raises CrawlersError
    where the file cannot be read or the archive not written, FlowsError where the process ended before its time.
    """
    context = worker_context()
    here, there = context.Pipe()
    process = context.Process(target=_write, args=(there, work), name="newsloom-archive", daemon=True)
    process.start()
    there.close()
    try:
        for _ in range(AHEAD):
            here.send(None)
        while True:
            try:
                said = here.recv()
            except (EOFError, ConnectionResetError):
                process.join()
                raise FlowsError(
                    f"{work.file.place}: the process that read it ended before its time (exit code "
                    f"{process.exitcode}); what it had archived is kept, and the same command goes on from there."
                ) from None
            if isinstance(said, Exception):
                raise said
            if isinstance(said, Counter):
                left_out.update(said)
                return
            yield said
            with suppress(OSError):  # it may have ended
                here.send(None)
    finally:
        here.close()
        process.terminate()
        process.join()


def _write(asked: Connection, work: Work) -> None:
    start_worker()
    left_out: Counter[str] = Counter()
    try:
        for name in _segments(work, left_out):
            if not _handed_over(asked, name):
                return
    except CrawlersError as error:
        _handed_over(asked, error)
    else:
        _handed_over(asked, left_out)


def _handed_over(asked: Connection, answer: object) -> bool:
    """Say it once it is asked for; False where nobody asks any more."""
    with suppress(EOFError, ConnectionError):
        asked.recv()
        asked.send(answer)
        return True
    return False


def _segments(work: Work, left_out: Counter[str]) -> Iterator[str]:
    reader = reader_of(work.file)
    assert reader is not None, "checked"
    items = reader(work.file, left_out, clean=work.clean)
    deque(islice(items, work.position), maxlen=0)
    position = work.position
    while chunk := list(islice(items, SEGMENT_RECORDS)):
        name = segment_name(work.run_id, position)
        with SegmentWriter(
            work.archive, work.run_id, name=name, max_pages=SEGMENT_RECORDS + 1, max_bytes=SEGMENT_BYTES, max_age=inf
        ) as segment:
            for fetch, content in chunk:
                segment.add(fetch, content)
        yield name
        position += len(chunk)
