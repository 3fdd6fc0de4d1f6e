"""Loading a segment: what each row does to the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.warehouse.rows import NOON, article_row, batch, failed_row, links, listing_row, uuid
from warehouse.loading.load import load_segment, loaded_segments

if TYPE_CHECKING:
    from warehouse import Writer
    from warehouse.loading.load import Batch


def load(writer: Writer, table: Batch, segment: str = "s1") -> bool:
    return load_segment(writer, segment, "r1", "test", table, NOON)


def ask(writer: Writer, query: str) -> list[Any]:
    return writer.connection.execute(query).fetchall()


def test_a_new_article_is_one_row_with_its_text(writer: Writer) -> None:
    load(writer, batch(article_row(1), article_row(2)))
    assert ask(writer, "SELECT url, title, text, authors, versions FROM articles ORDER BY url") == [
        ("http://courier.example/1", "Title 1", "Text of 1.", ["Ann Example"], 1),
        ("http://courier.example/2", "Title 2", "Text of 2.", ["Ann Example"], 1),
    ]


def test_a_segment_is_loaded_once(writer: Writer) -> None:
    assert load(writer, batch(article_row(1)))
    assert not load(writer, batch(article_row(1)))
    assert ask(writer, "SELECT count(*) FROM fetches") == [(1,)]
    assert loaded_segments(writer.connection, ["s1", "s2"]) == {"s1"}


def test_a_load_that_breaks_leaves_nothing(writer: Writer) -> None:
    whole = batch(article_row(1))
    broken = replace(whole, rows=whole.rows.drop_columns(["text_hash"]))
    with pytest.raises(Exception, match="text_hash"):
        load(writer, broken)
    for table in ("fetches", "article_versions", "article_state", "segments"):
        assert ask(writer, f"SELECT count(*) FROM {table}") == [(0,)]
    assert load(writer, batch(article_row(1)))


def test_a_new_version_becomes_the_current_one_and_the_old_one_stays(writer: Writer) -> None:
    load(writer, batch(article_row(1)))
    later = NOON + timedelta(hours=1)
    edit = article_row(
        1, outcome="updated", change="title", title="New", version_id=uuid(77).bytes, fetched_at=later, etag='"b"'
    )
    load(writer, batch(edit, segment="s2"), segment="s2")
    assert ask(writer, "SELECT title, versions, last_seen_at FROM articles") == [("New", 2, later)]
    assert ask(writer, "SELECT title, change FROM article_versions ORDER BY seen_at") == [
        ("Title 1", "first"),
        ("New", "title"),
    ]
    assert ask(writer, "SELECT etag FROM article_state") == [('"b"',)]


def test_two_versions_in_one_segment_leave_the_later_one(writer: Writer) -> None:
    later = NOON + timedelta(minutes=1)
    edit = article_row(1, outcome="updated", change="both", title="Second", version_id=uuid(78).bytes, fetched_at=later)
    load(writer, batch(article_row(1), edit))
    assert ask(writer, "SELECT title, versions FROM articles") == [("Second", 2)]


def test_not_modified_moves_only_the_time_of_the_last_look(writer: Writer) -> None:
    load(writer, batch(article_row(1)))
    later = NOON + timedelta(hours=6)
    look = failed_row(1, outcome="unchanged", reason=None, status=304, answered=True, fetched_at=later)
    look["article_id"] = uuid(1).bytes
    load(writer, batch(look, segment="s2"), segment="s2")
    assert ask(writer, "SELECT last_seen_at, versions, etag FROM article_state") == [(later, 1, '"1"')]


def test_a_rejection_is_on_record_with_its_reason(writer: Writer) -> None:
    row = failed_row(1, outcome="rejected", reason="paywall", detail="a stub", answered=True, warc_offset=5)
    load(writer, batch(row))
    assert ask(writer, "SELECT url, reason, detail, segment, warc_offset FROM rejections") == [
        ("http://courier.example/1", "paywall", "a stub", "s1", 5)
    ]


def test_another_url_of_an_article_is_an_alias_and_known(writer: Writer) -> None:
    load(writer, batch(article_row(1)))
    row = article_row(2, outcome="duplicate", reason="same_text", article_id=uuid(1).bytes, version_id=None)
    load(writer, batch(row, segment="s2"), segment="s2")
    assert ask(writer, "SELECT url, article_id, kind FROM aliases") == [
        ("http://courier.example/2", uuid(1), "same_text")
    ]
    assert ask(writer, "SELECT count(*) FROM articles") == [(1,)]
    assert ask(writer, "SELECT url_key FROM private.known_urls ORDER BY 1") == [(1,), (2,)]


def test_the_address_that_redirected_is_an_alias(writer: Writer) -> None:
    row = article_row(1, url="http://courier.example/r", url_key=99, final_url="http://courier.example/1", final_key=1)
    load(writer, batch(row))
    assert ask(writer, "SELECT url, kind FROM aliases") == [("http://courier.example/r", "same_address")]
    assert ask(writer, "SELECT fetch_key FROM article_state") == [(1,)]


def test_links_wait_in_the_frontier_until_they_are_answered(writer: Writer) -> None:
    load(writer, batch(listing_row("http://courier.example/feed"), links=links(1, 2, 2)))
    assert ask(writer, "SELECT url_key, attempts FROM private.frontier ORDER BY 1") == [(1, 0), (2, 0)]
    load(writer, batch(article_row(1), segment="s2", links=links(1, 2)), segment="s2")
    assert ask(writer, "SELECT url_key FROM private.frontier") == [(2,)]


def test_links_answered_in_the_same_segment_do_not_wait(writer: Writer) -> None:
    load(writer, batch(listing_row("http://courier.example/feed"), article_row(1), links=links(1)))
    assert ask(writer, "SELECT * FROM private.frontier") == []


def test_a_failure_is_due_again_later_each_time_and_at_last_given_up(writer: Writer) -> None:
    load(writer, batch(listing_row("http://courier.example/feed"), links=links(1)), segment="s0")
    waits = []
    for attempt in range(1, 6):
        load(writer, batch(failed_row(1), segment=f"s{attempt}"), segment=f"s{attempt}")
        waits += ask(writer, "SELECT attempts, due_at - TIMESTAMPTZ '2026-03-01 12:00:00+00' FROM private.frontier")
    assert waits == [
        (1, timedelta(minutes=15)),
        (2, timedelta(hours=1)),
        (3, timedelta(hours=4)),
        (4, timedelta(hours=16)),
    ]
    assert ask(writer, "SELECT url_key FROM private.known_urls") == [(1,)]


def test_what_robots_forbids_is_asked_about_a_day_later(writer: Writer) -> None:
    load(writer, batch(failed_row(1, outcome="skipped", reason="robots"), links=links(1)))
    assert ask(writer, "SELECT due_at - TIMESTAMPTZ '2026-03-01 12:00:00+00' FROM private.frontier") == [
        (timedelta(days=1),)
    ]


@pytest.mark.parametrize("reason", ["robots_unreachable", "host_unresponsive"])
def test_what_was_skipped_for_trouble_with_its_host_is_due_again_as_what_failed(writer: Writer, reason: str) -> None:
    load(writer, batch(failed_row(1, outcome="skipped", reason=reason), links=links(1)))
    assert ask(writer, "SELECT attempts, due_at - TIMESTAMPTZ '2026-03-01 12:00:00+00' FROM private.frontier") == [
        (1, timedelta(minutes=15))
    ]


def test_what_was_beyond_the_limit_of_a_run_has_had_no_attempt(writer: Writer) -> None:
    load(writer, batch(listing_row("http://courier.example/feed"), links=links(1)))
    for attempt in range(7):
        row = failed_row(1, outcome="skipped", reason="host_limit")
        load(writer, batch(row, segment=f"s{attempt}"), segment=f"s{attempt}")
    assert ask(writer, "SELECT attempts, last_reason FROM private.frontier") == [(0, "host_limit")]


def test_the_state_of_a_listing_keeps_the_validators_of_its_last_full_answer(writer: Writer) -> None:
    url = "http://courier.example/feed"
    load(writer, batch(listing_row(url)))
    unchanged = listing_row(url, outcome="unchanged", status=304, etag=None, fetched_at=NOON + timedelta(hours=1))
    load(writer, batch(unchanged, segment="s2"), segment="s2")
    query = "SELECT etag, last_outcome, last_status, last_changed_at, failures FROM feeds"
    assert ask(writer, query) == [('"feed"', "unchanged", 304, NOON, 0)]
    for hour in (2, 3):
        failed = listing_row(
            url, outcome="failed", reason="timeout", status=None, etag=None, fetched_at=NOON + timedelta(hours=hour)
        )
        load(writer, batch(failed, segment=f"f{hour}"), segment=f"f{hour}")
    assert ask(writer, query) == [('"feed"', "failed", None, NOON, 2)]


def test_the_outcomes_of_pages_add_up(writer: Writer) -> None:
    rows = [
        article_row(1),
        article_row(2, outcome="duplicate", reason="same_text", article_id=uuid(1).bytes),
        failed_row(3),
        failed_row(4, outcome="rejected", reason="empty", answered=True),
        failed_row(5, outcome="skipped", reason="robots"),
        listing_row("http://courier.example/feed"),
    ]
    load(writer, batch(*rows))
    fetched, *outcomes = ask(writer, "SELECT * EXCLUDE (run_id, source) FROM pipeline_loss")[0]
    assert fetched == 5
    assert outcomes == [1, 0, 0, 1, 1, 1, 1]


def test_the_language_of_the_source_stands_in_for_one_that_the_page_does_not_say(writer: Writer) -> None:
    writer.connection.execute(
        """INSERT INTO sources BY NAME SELECT 'courier' AS source, [] AS feeds, [] AS sitemaps, [] AS sections,
        'de' AS language, [] AS recheck_hours, true AS active, now() AS first_seen_at, now() AS changed_at"""
    )
    load(writer, batch(article_row(1), article_row(2, language="fr")))
    assert ask(writer, "SELECT language FROM articles ORDER BY url") == [("de",), ("fr",)]


def test_a_listing_that_was_named_waits_until_it_is_asked(writer: Writer) -> None:
    child = "http://courier.example/sitemap-1.xml"
    load(writer, batch(listing_row("http://courier.example/sitemap.xml", kind="sitemap"), listings=(child, child)))
    query = f"SELECT kind, last_outcome, last_asked_at FROM feeds WHERE url = '{child}'"
    assert ask(writer, query) == [("sitemap", "waiting", None)]
    load(writer, batch(listing_row(child, kind="sitemap"), segment="s2", listings=(child,)), segment="s2")
    assert ask(writer, query) == [("sitemap", "listed", NOON)]
