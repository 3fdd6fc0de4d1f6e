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
from typing import TYPE_CHECKING

from crawlers.archive import Segment
from crawlers.errors import CrawlersError
from crawlers.importers.files import find_input_file
from flows.dedup.upkeep import close_quiet_stories
from flows.errors import FlowsError
from flows.pipeline import progress
from flows.pipeline.archive_files import AHEAD, READERS, Archiver, Work, reader_of, segment_name
from flows.pipeline.failures import describe_failures, isolate_failure
from flows.pipeline.load import begin, finish, load, locked_archive, pending_segments
from flows.timing import Spent, spent
from warehouse.failed_segments import failed_segments
from warehouse.loading.load import loaded_fetches
from warehouse.runs import finish_run, start_run
from warehouse.search.background import indexing_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawlers.importers.files import InputFile
    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.pipeline.load import OpenLoad
    from warehouse import Writer


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of a file: records by outcome, seconds by step, records left out by kind and those loaded before."""

    file: InputFile
    outcomes: Counter[str] = field(default_factory=Counter)
    times: Spent = field(default_factory=Spent)
    left_out: Counter[str] = field(default_factory=Counter)
    loaded_before: int = 0


def check_files(places: Sequence[str]) -> list[InputFile]:
    """The files at paths and addresses; raises FlowsError, naming all of them, for those that cannot be imported."""
    files, problems = [], []
    for place in places:
        try:
            file = find_input_file(place)
        except CrawlersError as error:
            problems.append(str(error))
            continue
        if reader_of(file) is None:
            problems.append(f"{file.place}: is of no known kind: allowed are {', '.join(READERS)}")
        files.append(file)
    if problems:
        raise FlowsError("\n".join(problems))
    return files


def import_files(
    writer: Writer, extractor: Extractor, directory: DataDirectory, files: list[InputFile], *, clean: bool = False
) -> list[ImportResult]:
    """Import files in order, after what an interrupted run left; publishing is the caller's.

    With `clean` what is not the article's is dropped from ready-made texts when they are extracted, then and ever
    after; a file that was imported without it is imported anew.
    A record or page that is no article costs itself, with a reason in `rejections`; a segment that cannot be loaded is
    on record in `private.failed_segments`. Raises FlowsError for a file that cannot be read at all.
    """
    for name in pending_segments(writer, directory):
        with isolate_failure(writer, name):
            load(writer, extractor, directory, name)
    with locked_archive(directory), indexing_ahead(writer) as index:
        imported = [_import(writer, extractor, directory, file, index, clean=clean) for file in files]
    with writer.transaction() as connection:
        close_quiet_stories(connection)  # an archive's stories are long over
    return imported


def _import(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    file: InputFile,
    index: Callable[[], None],
    *,
    clean: bool,
) -> ImportResult:
    reporter = progress.current.get()
    reporter.step(f"importing {file.name}")
    run_id = file.fingerprint()
    if clean:
        run_id = hashlib.blake2b(f"{run_id} clean".encode(), digest_size=8).hexdigest()
    outcomes: Counter[str] = Counter()
    times: Spent = Spent()
    started = datetime.now(UTC)
    start_run(writer, run_id, "import", version("newsloom"), started)
    try:
        position, before = _archived_before(writer, directory, run_id)
        with Archiver(Work(directory.archive, file, run_id, position, clean)) as names:
            for extracted in _extracted(writer, extractor, directory, names, times):
                with isolate_failure(writer, extracted.segment.name):
                    loaded = finish(writer, extracted)
                    assert loaded is not None, "the ledger does not have it"
                    outcomes.update(loaded.outcomes)
                    times.update(loaded.times)
                    reporter.loaded(loaded)
                index()
            left_out = names.left_out
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    failed = failed_segments(writer.connection, started)
    detail = describe_failures(failed) if failed else None
    finish_run(writer, run_id, "failed" if failed else "completed", datetime.now(UTC), detail)
    return ImportResult(file, outcomes, times, left_out, before)


def _extracted(
    writer: Writer, extractor: Extractor, directory: DataDirectory, names: Archiver, times: Spent
) -> Iterator[OpenLoad]:
    """Each segment once the workers have extracted it; they are at the next ones by then."""
    begun: deque[OpenLoad] = deque()

    def begin_more(*, wait: bool) -> None:
        while len(begun) < AHEAD and ((wait and not begun) or names.ready()):
            name = next(names, None)
            if name is None:
                return
            with isolate_failure(writer, name):
                following = begin(writer, extractor, directory, name)
                assert following is not None, "the ledger does not have it"
                begun.append(following)

    while True:
        with spent(times, "archive"):  # what it takes longer than loading
            begin_more(wait=True)
        if not begun:
            return
        first, extracted = begun.popleft(), None
        with spent(times, "extract"), isolate_failure(writer, first.segment.name):
            extracted = first.extracted()
        begin_more(wait=False)
        if extracted is not None:
            yield extracted


def _archived_before(writer: Writer, directory: DataDirectory, run_id: str) -> tuple[int, int]:
    """How many records of the file are archived, and how many of them the ledger has.

    A segment that a killed import left open was sealed with the records it had: the next one begins behind them. So it
    does behind a segment that could not be loaded.
    """
    position = loaded = 0
    while True:
        name = segment_name(run_id, position)
        records = loaded_fetches(writer.connection, name)
        loaded += records or 0
        if records is None and (segment := Segment(directory.archive, name)).exists():
            records = segment.log_lines()
        if not records:
            return position, loaded
        position += records
