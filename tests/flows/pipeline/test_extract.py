"""Extraction of segments: a bad page never costs its segment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from datetime import UTC, datetime
from multiprocessing import forkserver
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import (
    Exchange,
    Fetch,
    ImportedRecord,
    Kind,
    Outcome,
    RecordReader,
    SegmentWriter,
    sealed_segments,
)
from crawlers.extraction import Article, Rejection, RejectionReason
from crawlers.limits import MAX_TEXT_CHARS
from flows.pipeline.article_version import ArticleVersion
from flows.pipeline.extract import MANY_TEXTS, Extractor, read_and_extract
from tests.end_to_end.conftest import article
from tests.flows.pipeline.slow_pages import BROKEN, DEADLY, HESITANT, SLOW, extract_page_slowly
from warehouse.names.store import names_in

if TYPE_CHECKING:
    from pathlib import Path

    from crawlers.archive import Segment

TEXTS = [("Town", f"Then Ann Example met Bob Sample {number} times.", "en") for number in range(MANY_TEXTS)]


def segment_of(folder: Path, *pages: bytes) -> Segment:
    with SegmentWriter(folder, "abc") as writer:
        for number, page in enumerate(pages):
            url = f"http://town.example/{number}"
            fetch = Fetch(
                url=url,
                source="town",
                kind=Kind.PAGE,
                outcome=Outcome.FETCHED,
                fetched_at=datetime.now(UTC),
                status=200,
            )
            writer.add(fetch, Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), page))
    (segment,) = sealed_segments(folder)
    return segment


def test_lines_without_a_page_have_none_and_the_order_is_kept(tmp_path: Path) -> None:
    common = {"source": "town", "fetched_at": datetime.now(UTC)}
    record = b'{"url": "http://town.example/r", "title": "A record", "text": "' + b"Some words of a text. " * 9 + b'"}'
    with SegmentWriter(tmp_path, "abc") as writer:
        for kind, outcome, content in (
            (Kind.FEED, Outcome.FETCHED, None),
            (Kind.PAGE, Outcome.FAILED, None),
            (Kind.RECORD, Outcome.FETCHED, ImportedRecord("http://town.example/r", "application/json", record)),
            (Kind.PAGE, Outcome.UNCHANGED, None),
        ):
            writer.add(Fetch(url="http://town.example/r", kind=kind, outcome=outcome, **common), content)  # type: ignore[arg-type]
    (segment,) = sealed_segments(tmp_path)
    with Extractor(workers=1) as extractor:
        found = [line.content for line in extractor.extract(segment, list(segment.fetches()))]
        assert extractor.names(TEXTS) == names_in(TEXTS)
    assert [type(each) for each in found] == [type(None), type(None), Article, type(None)]


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pipeline.extract.extract_page", extract_page_slowly)


@pytest.mark.usefixtures("slowly")
def test_a_page_that_takes_too_long_is_rejected_and_the_others_are_not(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, article(1).body, SLOW, article(2).body)
    with Extractor(workers=1, page_seconds=5.0) as extractor:
        found = [line.content for line in extractor.extract(segment, list(segment.fetches()))]
    assert [each.reason if isinstance(each, Rejection) else type(each) for each in found] == [
        Article,
        RejectionReason.TIMEOUT,
        Article,
    ]


@pytest.mark.usefixtures("slowly")
def test_a_page_that_takes_its_worker_down_is_rejected_and_the_others_are_not(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, article(1).body, DEADLY, article(2).body)
    with Extractor(workers=1) as extractor:
        found = [line.content for line in extractor.extract(segment, list(segment.fetches()))]
    assert isinstance(found[1], Rejection)
    assert found[1].reason is RejectionReason.EXTRACTOR_ERROR
    assert "the worker process crashed on this page (exit code -9)" in found[1].detail
    assert [type(each) for each in (found[0], found[2])] == [Article, Article]


@pytest.mark.usefixtures("slowly")
def test_a_page_that_nobody_foresaw_is_rejected_and_the_others_are_not(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, article(1).body, BROKEN, article(2).body)
    with Extractor(workers=1) as extractor:
        found = [line.content for line in extractor.extract(segment, list(segment.fetches()))]
    assert found[1] == Rejection(RejectionReason.EXTRACTOR_ERROR, "ZeroDivisionError: nobody foresaw it")
    assert [type(each) for each in (found[0], found[2])] == [Article, Article]


@pytest.mark.usefixtures("slowly")
def test_a_worker_that_is_killed_from_outside_costs_no_page(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, article(1).body, HESITANT, article(2).body)
    with Extractor(workers=1) as extractor:
        killer = threading.Thread(target=kill_the_worker)
        killer.start()
        found = list(extractor.extract(segment, list(segment.fetches())))
        killer.join()
    assert [type(line.found) for line in found] == [ArticleVersion, Rejection, ArticleVersion]
    assert found[1].rejection is not None
    assert found[1].rejection.reason is not RejectionReason.EXTRACTOR_ERROR


@pytest.mark.usefixtures("slowly")
def test_a_pool_that_breaks_costs_no_page(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, article(1).body, article(2).body)
    with Extractor(workers=1) as extractor:
        for _ in range(2):
            assert [type(line.found) for line in extractor.extract(segment, list(segment.fetches()))] == [
                ArticleVersion, ArticleVersion,
            ]  # fmt: skip
            kill_what_workers_are_forked_from()
        assert extractor.names(TEXTS) == names_in(TEXTS)


def test_workers_find_names_in_few_texts_only_if_they_have_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    few = TEXTS[:3]
    expected = names_in(few)
    with Extractor(workers=1) as extractor:
        assert extractor.names(few) == expected
        assert extractor._pool is None
        assert extractor.start_names(TEXTS).result()[:3] == expected
        monkeypatch.setattr("warehouse.names.extract.names_of", None)  # in this process
        assert extractor.names(few) == expected


def test_names_that_a_stopped_pool_does_not_find_are_found_here() -> None:
    with Extractor(workers=1) as extractor:
        broken, ended = extractor.start_names(TEXTS), extractor.start_names(TEXTS)
        kill_what_workers_are_forked_from()
        assert broken.result() == names_in(TEXTS)
        extractor._discard()
        assert ended.done()
        assert ended.result() == names_in(TEXTS)


def kill_what_workers_are_forked_from() -> None:
    """Kill the fork server, and the worker, for which no new one can be forked until there is another server."""
    workers = multiprocessing.active_children()
    assert workers
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    for worker in workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)


def kill_the_worker() -> None:
    """Kill the one extraction worker while it is busy with the hesitant page."""
    while not multiprocessing.active_children():
        time.sleep(0.05)
    time.sleep(2)
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)


def test_a_text_of_over_a_million_characters_is_rejected_before_it_is_compared(tmp_path: Path) -> None:
    text = "Some words of a text. " * (MAX_TEXT_CHARS // 22)
    records = [
        b'{"url": "http://town.example/r", "title": "A record", "text": "' + text.encode() + more + b'"}'
        for more in (b"", b"And a few more of them.")
    ]
    with SegmentWriter(tmp_path, "abc") as writer:
        for record in records:
            fetch = Fetch("http://town.example/r", "town", Kind.RECORD, Outcome.FETCHED, datetime.now(UTC))
            writer.add(fetch, ImportedRecord("http://town.example/r", "application/json", record))
    (segment,) = sealed_segments(tmp_path)
    with RecordReader(segment) as reader:
        first, second = (read_and_extract(reader, fetch) for fetch in segment.fetches())
    assert isinstance(first, Article)
    assert isinstance(second, Rejection)
    assert second.reason is RejectionReason.TOO_LARGE
    assert second.detail == "the text has 1,000,011 characters; the limit is 1,000,000"
