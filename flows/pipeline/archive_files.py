"""The records of a file into the archive: a process of its own writes segments while others are loaded."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING, Protocol, Self

from crawlers.archive import Exchange, Fetch, ImportedRecord, Segment, SegmentWriter
from crawlers.errors import CrawlersError
from crawlers.importers.readers import json_lines, plain_text, warc_pages
from flows.errors import FlowsError
from flows.pipeline.failures import describe_error
from flows.pipeline.worker_processes import start_worker, worker_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from crawlers.importers.files import InputFile

# Of a segment: two seconds of work with texts, five with pages, which a killed import does again. (Half as many records
# take a tenth more time each.)
SEGMENT_RECORDS = 2000
SEGMENT_BYTES = 64 << 20  # of contents, as they are before they are compressed
FIRST_RECORDS = 500  # of the first segment of a process: the sooner it is sealed, the sooner the others have work
NEVER = 1 << 40  # bytes: segments are cut here, and not by their writer
AHEAD = 2  # segments that may be handed over before they are asked for; one more is written

ImportedItem = tuple[Fetch, Exchange | ImportedRecord | None]


class Reader(Protocol):
    """How a kind of file is read."""

    def __call__(
        self, file: InputFile, left_out: Counter[str], at: datetime, *, clean: bool = ...
    ) -> Iterator[ImportedItem]:
        """A file's records, given at a time; what is none is counted in `left_out`."""


READERS: dict[str, Reader] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".json": json_lines,
    ".txt": plain_text,
    ".warc": warc_pages,
    ".warc.gz": warc_pages,
}


@dataclass(frozen=True, slots=True)
class ArchivingJob:
    """A file to archive from the record `position` on, for the run `run_id`; `clean` as in `import_files`."""

    archive: Path
    file: InputFile
    run_id: str
    position: int
    clean: bool


def reader_of(file: InputFile) -> Reader | None:
    """How a file is read, by its name; None where its kind is not known."""
    name = file.name.lower()
    return next((reader for suffix, reader in READERS.items() if name.endswith(suffix)), None)


def segment_name(run_id: str, position: int) -> str:
    """A segment's name says at which record of the file it begins."""
    return f"import-{run_id}-{position:09d}"


class Archiver:
    """Another process that archives a file; iterating gives the name of each segment once it is sealed.

    It writes a little ahead of what is asked for, and ends with this process. A context manager, which ends it. To ask
    raises CrawlersError where the file cannot be read or the archive not written, FlowsError where the process ended
    before its time. `left_out` counts what was no record, once all names were given.
    """

    def __init__(self, job: ArchivingJob) -> None:
        self.left_out: Counter[str] = Counter()
        self._job = job
        self._ended = False
        context = worker_context()
        self._here, self._there = context.Pipe()
        self._process = context.Process(target=_write, args=(self._there, job), name="newsloom-archive", daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._there.close()
        for _ in range(AHEAD):
            self._ask()
        return self

    def __exit__(self, *_: object) -> None:
        self._here.close()
        self._process.terminate()
        self._process.join()

    def ready(self) -> bool:
        """Whether the next name, or that there is none, is known without waiting."""
        return self._ended or self._here.poll()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._ended:
            raise StopIteration
        try:
            said = self._here.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise FlowsError(
                f"{self._job.file.place}: the process that read it ended before its time (exit code "
                f"{self._process.exitcode}); what it had archived is kept, and the same command goes on from there."
            ) from None
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Counter):
            self.left_out, self._ended = said, True
            raise StopIteration
        self._ask()
        return str(said)

    def _ask(self) -> None:
        with suppress(OSError):  # it may have ended
            self._here.send(None)


def _write(asked: Connection, job: ArchivingJob) -> None:
    start_worker()
    for answer in archiver_messages(job):
        if not _send_when_asked(asked, answer):
            return


def archiver_messages(job: ArchivingJob) -> Iterator[str | Counter[str] | Exception]:
    """What an Archiver's process says: the name of each segment, then what was no record, or what went wrong."""
    left_out: Counter[str] = Counter()
    try:
        yield from segments_of(job, left_out)
    except CrawlersError as error:
        yield error
    except Exception as error:  # noqa: BLE001 - one file must cost no more than itself
        yield FlowsError(
            f"{job.file.place}: could not be read to its end: {describe_error(error)}\n"
            "What was archived of it is kept, and the same command goes on from there. Please report this."
        )
    else:
        yield left_out


def _send_when_asked(asked: Connection, answer: object) -> bool:
    """Say it once it is asked for; False where nobody asks any more."""
    with suppress(EOFError, ConnectionError):
        asked.recv()
        asked.send(answer)
        return True
    return False


def segments_of(job: ArchivingJob, left_out: Counter[str]) -> Iterator[str]:
    """Archive a file in this process: as iterating an Archiver."""
    reader = reader_of(job.file)
    assert reader is not None, "checked"
    items = reader(job.file, left_out, _given_at(job), clean=job.clean)
    deque(islice(items, job.position), maxlen=0)
    position = job.position
    records = FIRST_RECORDS
    for first in items:
        name = segment_name(job.run_id, position)
        with SegmentWriter(
            job.archive, job.run_id, name=name, max_pages=SEGMENT_RECORDS + 1, max_bytes=NEVER, max_age=inf
        ) as segment:
            position += _fill(segment, chain([first], items), records)
        records = SEGMENT_RECORDS
        yield name


def _given_at(job: ArchivingJob) -> datetime:
    """When the file was given: the first time where an import goes on, so that its records are of one time again."""
    first = Segment(job.archive, segment_name(job.run_id, 0))
    fetch = next(first.fetches(), None) if job.position and first.exists() else None
    return datetime.now(UTC) if fetch is None else fetch.fetched_at


def _fill(segment: SegmentWriter, items: Iterator[ImportedItem], most: int) -> int:
    """Write records into a segment until it has enough, `most` at most; says how many there were."""
    size = 0
    for number, (fetch, content) in enumerate(items, 1):
        segment.add(fetch, content)
        size += len(content.body) if content is not None else 0
        if number == most or size >= SEGMENT_BYTES:
            break
    return number
