"""The daily digest: what happened, what was big, what somebody should look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from lxml.html import document_fromstring

from flows.reports.digest import Digest, as_html, as_markdown, as_text, make_digest
from tests.warehouse.rows import article_row, batch, failed_row, listing_row, uuid
from warehouse.loading.load import load_segment
from warehouse.period import Carrier, ChangedHeadline, EditedArticle, Period, PeriodName, PeriodStory
from warehouse.runs import SourceRow, finish_run, record_sources, start_run

if TYPE_CHECKING:
    from warehouse import Writer

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
FEED = "http://courier.example/feed"


@pytest.fixture
def courier(writer: Writer) -> Writer:
    row = SourceRow("courier", None, (FEED,), (), (), "en", (), (15.0, 1440.0))
    record_sources(writer, [row], NOW - timedelta(days=9))
    return writer


def digest(writer: Writer, free_gb: float = 100.0) -> Digest:
    return make_digest(writer.connection, NOW - timedelta(days=1), NOW, NOW, free_gb, 1.0)


def load(writer: Writer, name: str, *rows: dict[str, object]) -> None:
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOW)


def test_a_quiet_day_of_a_healthy_source_is_no_trouble(courier: Writer) -> None:
    load(courier, "s1", *(article_row(n, fetched_at=NOW - timedelta(hours=5 * n)) for n in range(1, 5)))
    start_run(courier, "r1", "run", "1", NOW - timedelta(hours=2))
    finish_run(courier, "r1", "completed", NOW - timedelta(hours=1))
    made = digest(courier)
    period = made.period
    assert (period.loaded, period.changed, period.runs, made.troubles) == (4, 0, (("completed", 1),), ())
    assert "Needs attention" not in as_text(made)


def test_runs_that_failed_and_a_disk_that_fills_come_first(courier: Writer) -> None:
    load(courier, "s1", article_row(1, fetched_at=NOW - timedelta(hours=1)))
    for number, outcome in enumerate(("completed", "failed", "failed")):
        start_run(courier, f"r{number}", "run", "1", NOW - timedelta(hours=2))
        finish_run(courier, f"r{number}", outcome, NOW - timedelta(hours=1))
    made = digest(courier, free_gb=1.5)
    assert made.troubles == (
        "the disk has 1.5 GB free; no crawl starts below 1 GB",
        "2 of 3 runs failed or crashed",
    )


def test_a_source_that_is_silent_for_longer_than_ever_is_named(courier: Writer) -> None:
    load(courier, "s1", *(article_row(n, fetched_at=NOW - timedelta(days=3, hours=n)) for n in range(1, 8)))
    load(courier, "s2", listing_row(FEED, fetched_at=NOW))
    (trouble,) = digest(courier).troubles
    assert trouble == "courier: no new articles since 2026-03-07 05:30 UTC; the longest gap before was 1 hours"


def test_a_source_whose_requests_fail_is_named(courier: Writer) -> None:
    load(courier, "s1", article_row(1, fetched_at=NOW - timedelta(hours=2)))
    load(courier, "s2", *(failed_row(n, fetched_at=NOW - timedelta(hours=1)) for n in range(10, 16)))
    assert digest(courier).troubles == ("courier: 86% of 7 requests of the last 7 days failed",)


def test_a_source_that_is_paused_is_named_with_the_reason_and_until_when(courier: Writer) -> None:
    for number in range(3):
        failed = listing_row(
            FEED, outcome="failed", reason="dns", etag=None, fetched_at=NOW - timedelta(hours=9 - number)
        )
        load(courier, f"s{number}", failed)
    ((until,),) = courier.connection.execute("SELECT until FROM paused_sources").fetchall()
    assert until > NOW - timedelta(hours=7)
    (trouble,) = digest(courier).troubles
    assert trouble == f"courier: paused until {until:%Y-%m-%d %H:%M} UTC, because none of its listings can be read: dns"
    load(courier, "again", listing_row(FEED, fetched_at=NOW))
    assert courier.connection.execute("SELECT * FROM paused_sources").fetchall() == []


HOSTILE = "<script>alert(1)</script> | [x](http://evil.example) \x1b[2J\n# **b**"
URL = 'https://courier.example/1"onclick=(x)'


def period_of(text: str, url: str) -> Period:
    """A period in which every text from pages is this one."""
    carrier = Carrier(text, NOW, "minute", None, may_be_first=True)
    later = Carrier(text, NOW, "minute", timedelta(minutes=40), may_be_first=False)
    return Period(
        since=NOW - timedelta(days=1),
        until=NOW,
        published=5,
        loaded=3,
        changed=1,
        stories=(PeriodStory(text, url, 5, 4, 3, (carrier, later)),),
        headlines=(ChangedHeadline(text, url, text, text, NOW),),
        edited=(EditedArticle(text, text, url, 2, 10, 3),),
        names=(PeriodName(text, "person", 4, 1, 2),),
        sources=((text, 5),),
        days=((NOW.date(), 5),),
        runs=(),
    )


def test_what_pages_say_stands_as_text_in_markdown() -> None:
    text = as_markdown(Digest(period_of(HOSTILE, URL), (HOSTILE,)))
    assert "<script" not in text
    assert "](http://evil" not in text
    assert "\x1b" not in text
    rows = [line for line in text.splitlines() if "alert" in line]
    assert len(rows) == 5, "one line each"
    cells = {line.replace("\\|", "").count("|") for line in rows}
    assert cells == {0, 5}
    assert "](https://courier.example/1%22onclick=%28x%29)" in text
    assert "](javascript" not in as_markdown(Digest(period_of("x", "javascript:alert(1)"), ()))


def test_what_pages_say_stands_as_text_in_html_and_nothing_is_loaded() -> None:
    made = as_html(Digest(period_of(HOSTILE, URL), (HOSTILE,)))
    page = document_fromstring(made)
    assert page.xpath("//script | //img | //link | //iframe | //*[@onclick]") == []
    assert {link.get("href") for link in page.iter("a")} == {URL}
    assert "<script>alert(1)</script> | [x](http://evil.example)" in " ".join(map(str, page.itertext()))
    assert "url(" not in made
    assert "@import" not in made
    assert page.xpath("//svg[@class='columns']//rect"), "a plot"
    unlinked = document_fromstring(as_html(Digest(period_of("x", "javascript:alert(1)"), ())))
    assert list(unlinked.iter("a")) == []


def test_what_pages_say_commands_no_terminal() -> None:
    text = as_text(Digest(period_of(HOSTILE, URL), (HOSTILE,)))
    assert "\x1b" not in text
    assert "was first, 10 Mar 2026, 06:30" in text
    assert "+40 min" in text
    assert "was: <script>alert(1)</script> | [x]" in text


def test_stories_edits_and_names_are_those_of_the_period(courier: Writer) -> None:
    story = uuid(77).bytes
    before, within = NOW - timedelta(days=3), NOW - timedelta(hours=5)
    load(
        courier,
        "s1",
        article_row(1, published_at=within, fetched_at=within, title="The bridge is closed"),
        article_row(2, published_at=within + timedelta(hours=1), fetched_at=within, source="post"),
        article_row(3, published_at=before, fetched_at=before, source="herald"),
    )
    courier.connection.execute("UPDATE article_state SET story_id = ?", [UUID(bytes=story)])
    courier.connection.execute(
        "INSERT INTO stories BY NAME SELECT ? AS story_id, ? AS title, 3 AS articles, 3 AS sources, ? AS first_at, "
        "? AS last_at, 'm' AS method",
        [UUID(bytes=story), "The bridge", before, within],
    )
    changed = article_row(
        1, outcome="updated", change="title", title="The bridge opens", version_id=uuid(5000).bytes,
        fetched_at=NOW - timedelta(hours=1), title_hash=uuid(6000).bytes, published_at=within,
    )  # fmt: skip
    load(courier, "s2", changed)
    period = digest(courier).period
    assert period.published == 2
    (found,) = period.stories
    assert (found.title, found.articles, found.sources) == ("The bridge", 2, 2)
    assert [carrier.source for carrier in found.carriers] == ["herald", "courier", "post"]
    assert [(one.before, one.after) for one in period.headlines] == [("The bridge is closed", "The bridge opens")]
    assert [(one.title, one.edits) for one in period.edited] == [("The bridge opens", 1)]


def test_a_digest_of_the_past_says_nothing_of_the_present(courier: Writer) -> None:
    load(courier, "s1", *(article_row(n, fetched_at=NOW - timedelta(days=3, hours=n)) for n in range(1, 8)))
    load(courier, "s2", listing_row(FEED, fetched_at=NOW))
    until = NOW - timedelta(days=2, hours=1)
    made = make_digest(courier.connection, until - timedelta(days=7), until, NOW, 0.1, 1.0)
    assert (made.troubles, made.period.loaded) == ((), 7)
