"""Archives the records of an imported file: a separate process writes segments while earlier ones are loaded."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING, Self

from crawlers.archive import SegmentWriter
from crawlers.errors import ArchiveError, CrawlersError
from crawlers.importers.folders import Folder
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import can_begin_at, read_items
from crawlers.limits import MAX_SEGMENT_CONTENT_BYTES
from flows.errors import FlowsError
from flows.pipeline.failures import describe_error
from flows.pipeline.import_progress import BEGINNING, ImportProgress
from flows.pipeline.worker_processes import start_worker, worker_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from multiprocessing.connection import Connection
    from pathlib import Path

    from crawlers.importers.folders import Input
    from crawlers.importers.items import ImportedItem

# Limits of a segment. Loading one takes two seconds for texts and five for pages; a killed import repeats that much.
# With half as many records per segment, each record takes a tenth more time.
SEGMENT_RECORDS = 2000
SEGMENT_BYTES = MAX_SEGMENT_CONTENT_BYTES
FIRST_RECORDS = 500  # in the first segment of a file: the sooner it is sealed, the sooner the workers start
NEVER = 1 << 40  # bytes: this module decides where a segment ends, not its writer
AHEAD = 2  # segments that may be sealed before they are requested; one more is being written


@dataclass(frozen=True, slots=True)
class ArchivingJob:
    """A file or folder to archive from the record `position` on, for the run `run_id`, which began at `started`."""

    archive: Path
    file: Input
    run_id: str
    position: int
    started: datetime
    options: ImportOptions
    progress: ImportProgress


def segment_name(run_id: str, position: int) -> str:
    """The name of a segment tells at which record of the file it begins."""
    return f"import-{run_id}-{position:09d}"


class Archiver:
    """A process that archives a file; iterating yields the name of each segment as soon as it is sealed.

    The process writes a little ahead, and ends with this process or with the `with` block. Iterating raises
    CrawlersError if the file cannot be read or the archive cannot be written, and FlowsError if the process ends
    unexpectedly. After the last name, `report` says what was left out and what is damaged.
    """

    def __init__(self, job: ArchivingJob) -> None:
        self.report = FileReport()
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
        """Whether the next name, or the end, is available without waiting."""
        return self._ended or self._here.poll()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._ended:
            raise StopIteration
        try:
            message = self._here.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise FlowsError(
                f"{self._job.file.place}: the process that read it ended unexpectedly (exit code "
                f"{self._process.exitcode}).\nThe records archived so far are kept. Run the command again to resume."
            ) from None
        if isinstance(message, Exception):
            raise message
        if isinstance(message, FileReport):
            self.report, self._ended = message, True
            raise StopIteration
        self._ask()
        return str(message)

    def _ask(self) -> None:
        with suppress(OSError):  # the process may have ended
            self._here.send(None)


def _write(pipe: Connection, job: ArchivingJob) -> None:
    start_worker()
    for message in archiver_messages(job):
        if not _send_when_asked(pipe, message):
            return


def archiver_messages(job: ArchivingJob) -> Iterator[str | FileReport | Exception]:
    """What the process of an Archiver sends: the name of each segment, then the report on the file, or an error."""
    report = FileReport()
    try:
        yield from segments_of(job, report)
    except CrawlersError as error:
        yield error
    except Exception as error:  # noqa: BLE001 - an error in one file must not affect the others
        yield FlowsError(
            f"{job.file.place}: could not be read to the end: {describe_error(error)}\n"
            "The records archived so far are kept. Run the command again to resume. Please report this error."
        )
    else:
        yield report


def _send_when_asked(pipe: Connection, message: object) -> bool:
    """Wait until the Archiver asks for a message, and send it; returns False if the Archiver is gone."""
    with suppress(EOFError, ConnectionError):
        pipe.recv()
        pipe.send(message)
        return True
    return False


def segments_of(job: ArchivingJob, report: FileReport) -> Iterator[str]:
    """Archive a file in this process; yields the same names as an Archiver."""
    mark = job.progress.before(job.position)
    if not mark.offset or not can_begin_at(job.file, mark.offset, job.options):
        mark = BEGINNING
    report.left_out.update(mark.report.left_out)
    report.damage.extend(mark.report.damage)
    items = read_items(job.file, report, job.started, job.options, mark.offset)
    deque(islice(items, job.position - mark.position), maxlen=0)
    position = job.position
    for first in items:
        name = segment_name(job.run_id, position)
        if report.offset is not None and not isinstance(job.file, Folder):
            job.progress.mark(position, report.offset, report)
        with SegmentWriter(
            job.archive,
            job.run_id,
            name=name,
            max_pages=SEGMENT_RECORDS + 1,
            max_bytes=NEVER,
            max_content_bytes=NEVER,
            max_age=inf,
        ) as segment:
            try:
                position += _fill(segment, chain([first], items), _records_left(position))
            except ArchiveError:  # a full disk: the next attempt makes the same segments, and so the same stories
                segment.discard()
                raise
        yield name
    job.progress.finish(position, report)


def _records_left(position: int) -> int:
    """How many records fit into a segment that begins here: segments end at the same records however often an import
    was interrupted."""
    return (
        FIRST_RECORDS - position
        if position < FIRST_RECORDS
        else SEGMENT_RECORDS - ((position - FIRST_RECORDS) % SEGMENT_RECORDS)
    )


def _fill(segment: SegmentWriter, items: Iterator[ImportedItem], limit: int) -> int:
    """Write up to `limit` records into a segment, as many as fit; returns their number."""
    size = 0
    for number, (fetch, content) in enumerate(items, 1):
        segment.add(fetch, content)
        size += len(content.body) if content is not None else 0
        if number == limit or size >= SEGMENT_BYTES:
            break
    return number
