"""Extracts the pages of segments on a Dask cluster.

Through `distributed`'s own client, not `prefect-dask`: the steps of the pipeline run without Prefect too.

A task is a piece of a segment. Its worker reads the pages from the archive and writes the result beside it
(`private/extracted/`), so the data directory must be a folder that all machines share, under the same path. Only the
lines of the fetch log and the names of files pass through the scheduler.
"""

from __future__ import annotations

import contextlib
import platform
import shutil
import uuid
from collections import deque
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from crawlers.extraction import EXTRACTOR_VERSION
from flows.errors import FlowsError
from flows.pipeline import extract
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.extract import Extractor, extract_group, has_page, profiles_of
from flows.pipeline.extracted_files import read_extracted, write_extracted
from flows.pipeline.source_profiles import NO_PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from crawlers.archive import Fetch, Segment
    from flows.data_directory import DataDirectory
    from flows.pipeline.article_version import ExtractedFetch
    from flows.pipeline.interrupt import Interrupt
    from flows.pipeline.source_profiles import Profiles
    from flows.settings import Extract

CONNECT_SECONDS = 5.0
PIECE_PAGES = 50  # one to two seconds of work; a task costs about a millisecond
# Far more than a piece may wait behind others: then one of its pages hangs, and local processes extract it.
PIECE_SECONDS = 600.0
RETRIES = 2


class DaskExtractor(Extractor):
    """Extracts pages with the workers of a Dask cluster; a context manager.

    A worker that dies costs its piece a retry. A piece that takes several workers down, or too long, is extracted by
    local processes, which reject the page that is to blame. Entering raises FlowsError if the scheduler does not
    answer, if it has no workers, and if a worker has another extractor or does not see the data directory.
    """

    def __init__(
        self,
        scheduler: str,
        directory: DataDirectory,
        piece_pages: int = PIECE_PAGES,
        interrupt: Interrupt | None = None,
    ) -> None:
        super().__init__(interrupt=interrupt)
        self.scheduler = scheduler
        self.piece_pages = piece_pages
        self._folder = directory.private / "extracted"
        self._client: Any = None

    def __enter__(self) -> DaskExtractor:
        self._client = _connect(self.scheduler)
        try:
            shutil.rmtree(self._folder, ignore_errors=True)  # what a killed process has left
            self._folder.mkdir(parents=True)
            self._check_workers()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        super().__exit__(kind, error, trace)

    def extract(
        self, segment: Segment, fetches: Sequence[Fetch], profiles: Profiles = NO_PROFILES
    ) -> Iterator[ExtractedFetch]:
        """See `Extractor.extract`."""
        pages = [fetch for fetch in fetches if has_page(fetch)]
        pieces = [pages[begin : begin + self.piece_pages] for begin in range(0, len(pages), self.piece_pages)]
        files = [self._folder / f"{segment.name}-{uuid.uuid4().hex}.arrow" for _ in pieces]
        tasks = deque(
            self._client.submit(
                extract_piece,
                segment,
                piece,
                file,
                EXTRACTOR_VERSION,
                profiles_of(piece, profiles),
                pure=False,
                retries=RETRIES,
                key=file.name,
            )
            for piece, file in zip(pieces, files, strict=True)
        )
        results = self._of_pieces(segment, pieces, files, tasks, profiles)
        return (next(results) if has_page(fetch) else extracted_fetch(fetch, None) for fetch in fetches)

    def _of_pieces(
        self,
        segment: Segment,
        pieces: Sequence[list[Fetch]],
        files: Sequence[Path],
        tasks: deque[Any],
        profiles: Profiles,
    ) -> Iterator[ExtractedFetch]:
        from distributed import KilledWorker

        for piece, file in zip(pieces, files, strict=True):
            self._require_time()
            task = tasks.popleft()  # Dask forgets it when it is done: it would repeat it if its worker died
            try:
                task.result(timeout=PIECE_SECONDS)
                found = read_extracted(file, piece)
            except (KilledWorker, TimeoutError):
                with contextlib.suppress(Exception):
                    task.cancel(force=True)
                found = list(super().extract(segment, piece, profiles))
            except (CancelledError, OSError) as error:
                raise FlowsError(
                    f"{self.scheduler}: the Dask scheduler no longer answers, or a result is not in {file.parent} "
                    f"({error or type(error).__name__}).\nWhat is not loaded yet stays in the archive. Run the command "
                    "again to resume."
                ) from error
            file.unlink(missing_ok=True)
            yield from found

    def _check_workers(self) -> None:
        token = self._folder / "shared"
        token.touch()
        try:
            found: dict[str, Any] = self._client.run(describe_worker, token, on_error="return")
        finally:
            token.unlink()
        if not found:
            raise FlowsError(
                f"{self.scheduler}: this Dask scheduler has no workers. Start some on machines that have newsloom and "
                f"see {self._folder.parent.parent}: dask worker {self.scheduler}"
            )
        problems = [f"{worker}: {problem}" for worker, said in found.items() if (problem := _problem(said))]
        if problems:
            raise FlowsError(
                "\n".join([f"{self.scheduler}: some Dask workers cannot extract for this data directory", *problems])
            )


def describe_worker(token: Path) -> tuple[str, bool]:
    """The extractor of a worker, and whether it sees a file in the data directory."""
    return EXTRACTOR_VERSION, token.exists()


def extract_piece(
    segment: Segment, pages: Sequence[Fetch], file: Path, version: str, profiles: Profiles = NO_PROFILES
) -> None:
    """What a worker does with a piece of a segment. Raises FlowsError if it has another extractor."""
    if version != EXTRACTOR_VERSION:
        raise FlowsError(
            f"the Dask worker on {platform.node()} has the extractor {EXTRACTOR_VERSION}; expected {version}. Install "
            "the same version of newsloom on all machines, then start the workers again."
        )
    if file.exists():  # by a worker that died after writing it: Dask has lost the result of its task
        return
    write_extracted(file, extract_group(extract.extract_page, segment, profiles, pages))


def open_extractor(settings: Extract, directory: DataDirectory, interrupt: Interrupt | None = None) -> Extractor:
    """The extractor that `[extract]` asks for. Raises FlowsError if it asks for Dask without a scheduler."""
    if settings.engine == "processes":
        return Extractor(interrupt=interrupt)
    if settings.scheduler is None:
        raise FlowsError('[extract]: engine = "dask" needs the address of a scheduler: scheduler = "tcp://HOST:8786"')
    return DaskExtractor(settings.scheduler, directory, interrupt=interrupt)


def _problem(said: object) -> str | None:
    if isinstance(said, BaseException):
        return f"newsloom cannot be imported there ({type(said).__name__}: {said})"
    assert isinstance(said, tuple), "describe_worker has answered"
    version, sees = said
    if version != EXTRACTOR_VERSION:
        return (
            f"found the extractor {version}; expected {EXTRACTOR_VERSION}. Install the same version of newsloom on all "
            "machines."
        )
    return (
        None if sees else "does not see the data directory. It must be a shared folder with the same path everywhere."
    )


def _connect(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise FlowsError(
            f'engine = "dask" requires packages that are not installed ({error}). Install them with: '
            "pip install 'newsloom[cluster]'"
        ) from error
    try:
        return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise FlowsError(
            f"{scheduler}: no Dask scheduler answers at this address ({error}). Start one with `dask scheduler`, or "
            'set engine = "processes" under [extract] in the sources file.'
        ) from error
