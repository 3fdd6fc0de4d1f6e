"""Imports articles from files: each file becomes segments of the archive, which are loaded like those of a crawl.

The name of a segment has the fingerprint of its file (a digest of the content, if the file is on this machine) and the
number of its first record. So interrupted imports resume, and a file that is imported twice is loaded once.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from crawlers.archive import Segment
from crawlers.errors import ArchiveError, CrawlersError
from crawlers.importers.contents import recognise
from crawlers.importers.folders import Folder, find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.keys import Translator, suggested_map
from crawlers.importers.places import ListedFile, listed_files
from flows.dedup.upkeep import close_quiet_stories
from flows.errors import FlowsError
from flows.pipeline.archive_files import AHEAD, Archiver, ArchivingJob, segment_name
from flows.pipeline.extract import MANY_TEXTS
from flows.pipeline.failures import isolate_failure
from flows.pipeline.import_progress import ImportProgress
from flows.pipeline.run_record import recorded_run
from flows.pipeline.segments import load_and_move, locked_archive, pending_segments, process_segment, start_extraction
from flows.pipeline.source_profiles import Profiles, learn_profiles, read_profiles
from flows.timing import StepTimes
from warehouse.loading.load import loaded_fetches
from warehouse.names.ahead import NamesAhead
from warehouse.names.store import read_new_names
from warehouse.runs import unfinished_since
from warehouse.search.background import indexing_ahead
from warehouse.search.index import PIECE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawlers.importers.folders import Input
    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.pipeline.load import ExtractedSegment
    from flows.pipeline.segments import RunningExtraction
    from flows.progress import Reporter
    from warehouse import Writer

MANY_VERSIONS = 1000  # that an import has left to index: a thread does it while the last names are found


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Records of a file by outcome, seconds by step, what was left out or damaged, and records loaded before."""

    file: Input
    outcomes: Counter[str] = field(default_factory=Counter)
    times: StepTimes = field(default_factory=StepTimes)
    report: FileReport = field(default_factory=FileReport)
    loaded_before: int = 0
    run_id: str = ""

    def problems(self) -> list[str]:
        """Why the file was not loaded as it should have been; empty if it was."""
        found = [f"{self.file.place}: {damage}." for damage in self.report.damage]
        if self.outcomes and not self.outcomes.keys() - {"rejected", "failed"}:
            suggested = suggested_map(self.report.not_kept)
            hint = f' Name the keys that stand for fields, such as: --map "{suggested}"' if suggested else ""
            found.append(f"{self.file.place}: none of its records could be loaded.{hint}")
        return found


def check_files(places: Sequence[str], options: ImportOptions, standard_input: BinaryIO) -> list[Input]:
    """The files and folders at paths and URLs, and standard input for "-"; raises FlowsError with the names of all that
    cannot be imported.

    Those that a pattern or a list names are looked at when their turn comes.
    """
    files: list[Input] = []
    problems: list[str] = []
    for place in places:
        try:
            listed = listed_files(place)
            if listed is not None:
                files += listed
                continue
            file = find_input(place, standard_input)
            if not isinstance(file, Folder) and not file.is_empty():
                recognise(file, Translator(options.keys))
        except CrawlersError as error:
            problems.append(str(error))
            continue
        files.append(file)
    if problems:
        raise FlowsError("\n".join(problems))
    return files


def import_files(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    files: list[Input],
    reporter: Reporter,
    options: ImportOptions,
) -> list[ImportResult]:
    """Load what an interrupted run left, then import files in order; publishing is the caller's.

    With `options.clean`, adverts, consent dialogues, bios and teasers are dropped from ready-made texts whenever these
    are extracted. A file that was imported with other options is imported again.
    Invalid records are skipped and listed in `rejections`; a segment that cannot be loaded is recorded in
    `private.failed_segments`. Raises FlowsError for a file that cannot be read at all.
    """
    for name in pending_segments(writer, directory):
        with isolate_failure(writer, name):
            process_segment(writer, extractor, directory, name)
    with locked_archive(directory), indexing_ahead(writer) as index_loaded:
        profiles, names = read_profiles(writer.connection), NamesAhead(writer, extractor.start_names)
        importer = _Importer(writer, extractor, directory, reporter, index_loaded, names, profiles)
        imported = [importer.import_listed(file, options) for file in files]
        index_loaded(MANY_VERSIONS)
        with imported[-1].times.step("names") if imported else nullcontext():
            names.finish()
            read_new_names(writer, extractor.names)
    with writer.transaction() as connection:
        close_quiet_stories(connection)  # an archive's stories are long over
    learn_profiles(writer)
    return imported


@dataclass(frozen=True, slots=True)
class _Importer:
    """What the imports of several files share.

    A thread indexes what is loaded (`index_loaded`), and workers find the names in it (`names`).
    """

    writer: Writer
    extractor: Extractor
    directory: DataDirectory
    reporter: Reporter
    index_loaded: Callable[[int], None]
    names: NamesAhead
    profiles: Profiles

    def import_listed(self, file: Input, options: ImportOptions) -> ImportResult:
        """As `import_file`, but a file of a list or pattern that cannot be read does not affect the others."""
        try:
            return self.import_file(file, options)
        except (CrawlersError, FlowsError) as error:
            if isinstance(error, ArchiveError) or not isinstance(file, ListedFile):
                raise
            problem = str(error).removeprefix(f"{file.place}: ").removesuffix(".")
            return ImportResult(file, report=FileReport(damage=[problem]))

    def import_file(self, file: Input, options: ImportOptions) -> ImportResult:
        """Archive the records that are not archived yet, and load each segment of them as soon as it is sealed."""
        self.reporter.step(f"importing {file.name}")
        if file.is_empty():
            return ImportResult(file, report=FileReport(damage=["the file is empty"]))
        run_id = file.fingerprint()
        if str(options):
            run_id = hashlib.blake2b(f"{run_id} {options}".encode(), digest_size=8).hexdigest()
        outcomes: Counter[str] = Counter()
        times = StepTimes()
        # A resumed import keeps the time at which it began. Else, of two records with one URL, the one behind the place
        # of the interruption would be newer.
        started = unfinished_since(self.writer.connection, run_id) or datetime.now(UTC)
        with recorded_run(self.writer, run_id, "import", started):
            position, before = _archived_before(self.writer, self.directory, run_id)
            progress = ImportProgress(self.directory.private, run_id)
            report = progress.report_if_done(position)
            if report is not None:
                return ImportResult(file, report=report, loaded_before=before, run_id=run_id)
            job = ArchivingJob(self.directory.archive, file, run_id, position, started, options, progress)
            with Archiver(job) as names:
                for segment in self._extracted(names, times):
                    with isolate_failure(self.writer, segment.name):
                        result = load_and_move(self.writer, self.directory, segment)
                        if result is None:  # another process imports the same file
                            continue
                        outcomes.update(result.outcomes)
                        times.add(result.times)
                        self.reporter.loaded(result)
                    self.index_loaded(PIECE)
                    with times.step("names"):
                        self.names.look(MANY_TEXTS)
                report = names.report
        return ImportResult(file, outcomes, times, report, before, run_id)

    def _extracted(self, names: Archiver, times: StepTimes) -> Iterator[ExtractedSegment]:
        """Yield each segment as soon as it is extracted; by then, the workers are busy with the next ones."""
        running: deque[RunningExtraction] = deque()

        def start_more(*, wait: bool) -> None:
            while len(running) < AHEAD and ((wait and not running) or names.ready()):
                name = next(names, None)
                if name is None:
                    return
                with isolate_failure(self.writer, name):
                    running.append(start_extraction(self.extractor, self.directory, name, self.profiles))

        while True:
            with times.step("archive"):  # the time that archiving takes longer than loading
                start_more(wait=True)
            if not running:
                return
            first, extracted = running.popleft(), None
            with isolate_failure(self.writer, first.segment.name):
                extracted = first.finish()
            start_more(wait=False)
            if extracted is not None:
                yield extracted


def _archived_before(writer: Writer, directory: DataDirectory, run_id: str) -> tuple[int, int]:
    """How many records of the file are archived, and how many of them are loaded.

    A segment that a killed import left open was sealed with the records it had; the next segment begins after them. It
    also begins after segments that could not be loaded.
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
