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

from crawlers.errors import CrawlersError
from crawlers.inputs import find_input
from flows import progress
from flows.archiving import AHEAD, READERS, Archiver, Work, reader_of, segment_name
from flows.dedup.upkeep import close_quiet_stories
from flows.errors import FlowsError
from flows.loading import begin, finish, load, pending_segments, quiet_archive
from flows.timing import Spent, spent
from warehouse.ahead import indexing_ahead
from warehouse.load import loaded_fetches
from warehouse.runs import finish_run, start_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawlers.inputs import Input
    from flows.extracting import Extractor
    from flows.layout import DataDirectory
    from flows.loading import Begun
    from warehouse import Writer


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
        if reader_of(file) is None:
            problems.append(f"{file.place}: is of no known kind: allowed are {', '.join(READERS)}")
        files.append(file)
    if problems:
        raise FlowsError("\n".join(problems))
    return files


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
    with quiet_archive(directory), indexing_ahead(writer) as index:
        imported = [_import(writer, extractor, directory, file, index, clean=clean) for file in files]
    with writer.transaction() as connection:
        close_quiet_stories(connection)  # an archive's stories are long over
    return imported


def _import(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    file: Input,
    index: Callable[[], None],
    *,
    clean: bool,
) -> Imported:
    reporter = progress.current.get()
    reporter.step(f"importing {file.name}")
    run_id = file.fingerprint()
    if clean:
        run_id = hashlib.blake2b(f"{run_id} clean".encode(), digest_size=8).hexdigest()
    outcomes: Counter[str] = Counter()
    times: Spent = Spent()
    start_run(writer, run_id, "import", version("newsloom"), datetime.now(UTC))
    try:
        before = _loaded_before(writer, run_id)
        with Archiver(Work(directory.archive, file, run_id, before, clean)) as names:
            for extracted in _extracted(names, lambda name: begin(writer, extractor, directory, name), times):
                loaded = finish(writer, extracted)
                assert loaded is not None, "the ledger does not have it"
                outcomes.update(loaded.outcomes)
                times.update(loaded.times)
                index()
                reporter.loaded(loaded)
            left_out = names.left_out
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    finish_run(writer, run_id, "completed", datetime.now(UTC))
    return Imported(file, outcomes, times, left_out, before)


def _extracted(names: Archiver, begin: Callable[[str], Begun | None], times: Spent) -> Iterator[Begun]:
    """Each segment once the workers have extracted it; they are at the next ones by then."""
    begun: deque[Begun] = deque()

    def begin_more(*, wait: bool) -> None:
        while len(begun) < AHEAD and ((wait and not begun) or names.ready()):
            name = next(names, None)
            if name is None:
                return
            following = begin(name)
            assert following is not None, "the ledger does not have it"
            begun.append(following)

    while True:
        with spent(times, "archive"):
            begin_more(wait=True)
        if not begun:
            return
        with spent(times, "extract"):
            first = begun.popleft().extracted()
        begin_more(wait=False)
        yield first


def _loaded_before(writer: Writer, run_id: str) -> int:
    """How many records of the file the ledger has.

    A segment that a killed import left open was sealed with the records it had: the next one begins behind them.
    """
    position = 0
    while (records := loaded_fetches(writer.connection, segment_name(run_id, position))) is not None:
        position += records
    return position
