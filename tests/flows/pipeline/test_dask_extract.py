"""Extraction on a Dask cluster gives the rows of local processes."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from distributed import Client, LocalCluster

from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.pipeline.article_version import ArticleVersion, ExtractedFetch
from flows.pipeline.dask_extract import DaskExtractor, extract_piece, open_extractor
from flows.pipeline.extract import Extractor
from flows.pipeline.extracted_files import read_extracted, write_extracted
from flows.pipeline.interrupt import GRACE, Interrupt, OverdueError
from flows.settings import Extract
from tests.end_to_end.conftest import article
from tests.flows.pipeline.test_extract import segment_of
from tests.warehouse.rows import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings("default"),  # distributed closes its sockets when it likes
]
PAGES = 24


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:
        yield cluster


def plain(value: object) -> Any:
    """A value that can be compared: arrays as lists with their type."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.tolist()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def pages(count: int) -> list[bytes]:
    return [b"<html><body>No article</body></html>" if n % 5 == 3 else article(n).body for n in range(count)]


def test_a_cluster_extracts_what_local_processes_extract_although_a_worker_is_killed(
    tmp_path: Path, cluster: LocalCluster
) -> None:
    directory = DataDirectory(tmp_path / "data")
    segment = segment_of(directory.archive, *pages(PAGES))
    fetches = list(segment.fetches())
    with Extractor(workers=1) as local:
        expected = [plain(page) for page in local.extract(segment, fetches)]
    with DaskExtractor(cluster.scheduler_address, directory, piece_pages=1) as extractor:
        with Client(cluster, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            (victim, *_) = client.run(os.getpid).values()
        results = extractor.extract(segment, fetches)
        first = next(results)
        os.kill(victim, signal.SIGKILL)
        found = [first, *results]
    assert [plain(page) for page in found] == expected
    assert sum(isinstance(page.found, ArticleVersion) for page in found) == sum(n % 5 != 3 for n in range(PAGES))
    assert not (directory.private / "extracted").exists()


def test_a_file_of_extracted_pages_keeps_every_field(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, *pages(4))
    fetches = list(segment.fetches())
    with Extractor(workers=1) as local:
        expected = list(local.extract(segment, fetches))
    version = expected[0].found
    assert isinstance(version, ArticleVersion)
    full = dataclasses.replace(
        version.article, authors=("Ann Example", "Bob Example"), tags=("harbour",), published_at=NOON,
        modified_at=NOON, published_precision="minute", published_utc_offset=-90, section="News",
        image_url="http://town.example/a.jpg", description="Of the town.", is_free=False,
    )  # fmt: skip
    empty = [field.name for field in dataclasses.fields(full) if getattr(full, field.name) in (None, (), "")]
    assert not empty, "the test has a value for each field, so that it notices one that is lost"
    expected[0] = dataclasses.replace(expected[0], found=dataclasses.replace(version, article=full))
    unread = ExtractedFetch(fetches[0], 1, None, None)
    write_extracted(tmp_path / "x.arrow", [*expected, unread])
    found = read_extracted(tmp_path / "x.arrow", [*fetches, fetches[0]])
    assert [plain(page) for page in found] == [plain(page) for page in [*expected, unread]]
    with pytest.raises(ValueError, match="longer"):
        read_extracted(tmp_path / "x.arrow", fetches)


def test_a_scheduler_that_is_not_there_is_named_within_seconds(tmp_path: Path) -> None:
    begun = time.monotonic()
    settings = Extract(engine="dask", scheduler="tcp://127.0.0.1:9")
    with (
        pytest.raises(FlowsError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers at this address"),
        open_extractor(settings, DataDirectory(tmp_path)),
    ):
        pass
    assert time.monotonic() - begun < 30
    with pytest.raises(FlowsError, match="needs the address of a scheduler"):
        open_extractor(Extract(engine="dask"), DataDirectory(tmp_path))


def test_workers_that_cannot_extract_are_refused(
    tmp_path: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.pipeline.dask_extract.EXTRACTOR_VERSION", "newsloom-0+test")
    with (
        pytest.raises(FlowsError, match=r"found the extractor newsloom-\S+; expected newsloom-0\+test"),
        DaskExtractor(cluster.scheduler_address, DataDirectory(tmp_path)),
    ):
        pass
    segment = segment_of(tmp_path / "archive", article(1).body)
    with pytest.raises(FlowsError, match="Install the same version of newsloom on all machines"):
        extract_piece(segment, list(segment.fetches()), tmp_path / "x.arrow", "newsloom-1+test")


def test_pieces_are_left_to_the_next_run_once_ctrl_c_is_overdue(tmp_path: Path, cluster: LocalCluster) -> None:
    directory = DataDirectory(tmp_path / "data")
    segment = segment_of(directory.archive, *pages(PAGES))
    interrupt = Interrupt()
    scheduler = cluster.scheduler_address
    with DaskExtractor(scheduler, directory, piece_pages=8, interrupt=interrupt) as extractor:
        found = iter(extractor.extract(segment, list(segment.fetches())))
        assert next(found).found
        interrupt.at = time.monotonic() - GRACE - 1.0
        with pytest.raises(OverdueError):
            list(found)
