"""Forgotten URLs and sources are erased from a segment before it is loaded, and everything else stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawlers.discovery import url_key
from crawlers.extraction import Rejection, RejectionReason
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.blocklist import Blocklist, source_digest
from flows.pipeline.erase_forgotten import erase_forgotten, erase_forgotten_articles
from tests.crawlers.archive.days import content, crawled
from tests.flows.pipeline.test_article_version import ARTICLE

if TYPE_CHECKING:
    from pathlib import Path

NAME = "20260301120000-run-00000"
FIRST, SECOND = (f"https://example.org/{NAME}/{number}" for number in (0, 1))
OWN_URL = "https://example.org/the-article"


def test_without_a_blocklist_the_segment_stays_as_it_is(tmp_path: Path) -> None:
    segment = crawled(tmp_path, NAME)
    before = content(segment)
    assert erase_forgotten(segment, Blocklist()) == list(before.log)
    assert content(segment) == before


def test_a_forgotten_url_is_erased_and_the_other_page_stays(tmp_path: Path) -> None:
    segment = crawled(tmp_path, NAME)
    first, second, failed = content(segment).log
    blocklist = Blocklist(frozenset({url_key(FIRST)}))
    clean = erase_forgotten(segment, blocklist)
    assert [fetch.reason for fetch in clean] == ["forgotten", None, "timeout"]
    assert clean == list(segment.fetches()), "what it returns is what the log has now"
    assert clean[1:] == [second, failed]
    assert segment.read(second.offset or 0).url == SECOND
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert f"{NAME}/0".encode() not in raw
    assert erase_forgotten(segment, blocklist) == clean, "it can be repeated"
    assert first.offset is not None


def test_a_forgotten_source_is_erased(tmp_path: Path) -> None:
    segment = crawled(tmp_path, NAME)
    clean = erase_forgotten(segment, Blocklist(sources=frozenset({source_digest("example")})))
    assert {fetch.source for fetch in clean} == {"forgotten"}
    assert content(segment).pages == ()


def test_an_article_whose_own_url_is_forgotten_is_erased(tmp_path: Path) -> None:
    segment = crawled(tmp_path, NAME)
    first, second, failed = segment.fetches()
    rejection = Rejection(RejectionReason.TOO_SHORT, "3 words")
    extracted = [
        extracted_fetch(first, replace(ARTICLE, url=OWN_URL)),
        extracted_fetch(second, rejection),
        extracted_fetch(failed, None),
    ]
    assert erase_forgotten_articles(segment, extracted, Blocklist(frozenset({url_key(FIRST)}))) == extracted
    assert len(content(segment).pages) == 2
    left = erase_forgotten_articles(segment, extracted, Blocklist(frozenset({url_key(OWN_URL)})))
    assert [line.fetch.reason for line in left] == ["forgotten", None, "timeout"]
    assert left[0].version is None
    assert left[1:] == extracted[1:]
    assert [page.url for page in content(segment).pages] == [SECOND]
