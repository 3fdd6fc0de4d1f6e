"""What each fetch of a segment is to the warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crawlers.archive import Outcome
from crawlers.extraction import Article, Rejection, RejectionReason
from flows.dedup.exact import Verdict
from flows.pipeline.article_version import ExtractedFetch, extracted_fetch
from flows.pipeline.classify import ClassifiedFetch, classify_fetches
from flows.pipeline.load import ExtractedSegment, load
from flows.timing import StepTimes
from tests.flows.pipeline.test_article_version import ARTICLE, FETCH

if TYPE_CHECKING:
    from warehouse import Writer

TEXT = "The council votes on the bridge today. " + " ".join(f"Word{number}" for number in range(60))


def line(hours: int, found: Article | Rejection | None, outcome: Outcome = Outcome.FETCHED) -> ExtractedFetch:
    fetch = replace(FETCH, fetched_at=FETCH.fetched_at + timedelta(hours=hours), outcome=outcome)
    return extracted_fetch(fetch, found)


def verdicts(classified: list[ClassifiedFetch]) -> list[Verdict | None]:
    return [None if one.classification is None else one.classification.verdict for one in classified]


def test_an_edit_within_a_segment_is_compared_with_the_version_before_it(writer: Writer) -> None:
    article = replace(ARTICLE, text=TEXT)
    edited = replace(article, text=TEXT.replace("today", "tomorrow", 1))
    classified = classify_fetches(writer, [line(0, article), line(1, edited), line(2, edited)])
    assert verdicts(classified) == [Verdict.LOADED, Verdict.UPDATED, Verdict.UNCHANGED]
    first, second, third = classified
    assert first.edit is None
    assert second.edit is not None
    assert (second.edit.words_added, second.edit.words_removed) == (1, 1)
    assert "[-today.-] {+tomorrow.+}" in str(second.edit.diff)
    assert third.version_id is None
    assert None not in (first.version_id, second.version_id)
    assert first.version_id != second.version_id


def test_an_answer_without_an_article_names_the_stored_one(writer: Writer) -> None:
    article = line(0, replace(ARTICLE, text=TEXT))
    load(writer, ExtractedSegment("test-run-1", [article], FETCH.fetched_at, StepTimes()))
    gone = Rejection(RejectionReason.TOO_SHORT, "3 words")
    unchanged, rejected, other = classify_fetches(
        writer,
        [
            line(1, None, Outcome.UNCHANGED),
            line(2, gone),
            extracted_fetch(replace(FETCH, url="https://town.example/other"), gone),
        ],
    )
    assert article.version is not None
    assert unchanged.rechecked == rejected.rechecked == article.version.identity.article_id
    assert other.rechecked is None
    assert verdicts([unchanged, rejected, other]) == [None, None, None]
