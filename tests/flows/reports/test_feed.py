"""Feeds of articles: what other programs read out of them, whatever the titles hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from lxml import etree

from crawlers.discovery.feeds import parse_feed
from flows.errors import FlowsError
from flows.reports.feed import Entry, as_atom, as_rss, newest_matches, newest_of_story
from tests.warehouse.rows import NOON, article_row, batch, uuid
from warehouse.loading.load import load_segment
from warehouse.search.index import index_new_versions
from warehouse.search.query import QuerySyntaxError, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from warehouse import Writer

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HOSTILE = 'A <b>bold</b> & "quoted" ]]> \x00\x1b\ufffe title 東京'


def entry(number: int, **changes: object) -> Entry:
    fields = {
        "article_id": UUID(int=number), "url": f"http://courier.example/{number}?a=1&b=2", "title": f"Title {number}",
        "source": "courier", "authors": ["Ann Example"], "language": "en", "published_at": WHEN,
        "updated_at": WHEN + timedelta(hours=number), "summary": "A summary.",
    }  # fmt: skip
    return Entry(**(fields | changes))  # type: ignore[arg-type]


def values(said: bytes, tag: str) -> list[str]:
    """The texts of all elements of this name, in any namespace. lxml refuses what is no well-formed XML."""
    return [element.text or "" for element in etree.fromstring(said).iter(f"{{*}}{tag}")]


@pytest.mark.parametrize("write", [as_atom, as_rss])
def test_our_own_reader_of_feeds_reads_the_articles(write: Callable[[str, Sequence[Entry]], bytes]) -> None:
    said = write("Floods", [entry(1), entry(2)])
    links = parse_feed(said, "http://localhost/feed.xml").links
    assert [(link.url, link.title) for link in links] == [
        (f"http://courier.example/{n}?a=1&b=2", f"Title {n}") for n in (1, 2)
    ]
    assert values(said, "title") == ["Floods", "Title 1", "Title 2"]


def test_times_are_those_of_the_format() -> None:
    assert values(as_atom("Floods", [entry(1)]), "published") == ["2026-03-01T12:30:00+00:00"]
    assert values(as_atom("Floods", [entry(1), entry(2)]), "updated")[0] == "2026-03-01T14:30:00+00:00"
    assert values(as_rss("Floods", [entry(1)]), "pubDate") == ["Sun, 01 Mar 2026 12:30:00 +0000"]


@pytest.mark.parametrize("write", [as_atom, as_rss])
def test_markup_stays_text_and_forbidden_characters_go(write: Callable[[str, Sequence[Entry]], bytes]) -> None:
    said = write(HOSTILE, [entry(1, title=HOSTILE, summary="<script>alert(1)</script>", authors=[HOSTILE])])
    assert values(said, "title") == ['A <b>bold</b> & "quoted" ]]>  title 東京'] * 2
    assert b"<script" not in said
    assert values(said, "script") == []


@pytest.mark.parametrize("write", [as_atom, as_rss])
def test_no_articles_are_a_feed_without_entries(write: Callable[[str, Sequence[Entry]], bytes]) -> None:
    said = write("Nothing", [])
    assert values(said, "entry") + values(said, "item") == []


def test_a_story_is_found_by_its_identifier_and_by_a_url_of_it(writer: Writer) -> None:
    rows = [article_row(n, title=f"Flood {n}", published_at=NOON + timedelta(hours=n)) for n in (1, 2, 3)]
    load_segment(writer, "s", "r1", "test", batch(*rows, segment="s"), NOON)
    story = uuid(77)
    writer.connection.execute("UPDATE article_state SET story_id = ? WHERE url NOT LIKE '%/3'", [story])
    writer.connection.execute(
        "INSERT INTO stories BY NAME SELECT ? AS story_id, 'The flood' AS title, 2 AS articles, 1 AS sources, "
        "now() AS first_at, now() AS last_at, 'm' AS method",
        [story],
    )
    for name in (str(story), "http://courier.example/1"):
        title, entries = newest_of_story(writer.connection, [name], 9)
        assert (title, [one.title for one in entries]) == ("The flood", ["Flood 2", "Flood 1"])
    with pytest.raises(FlowsError, match=r"http://courier\.example/3: no story has this identifier"):
        newest_of_story(writer.connection, ["http://courier.example/3"], 9)


def test_the_newest_matches_come_first(writer: Writer) -> None:
    rows = [
        article_row(n, title=f"Flood {n}", text="Water rose.", language="en", published_at=NOON + timedelta(hours=hour))
        for n, hour in ((1, 5), (2, 9), (3, 7))
    ]
    load_segment(writer, "s", "r1", "test", batch(*rows, segment="s"), NOON)
    index_new_versions(writer)
    entries = newest_matches(writer.connection, Search("flood"), 2)
    assert [one.title for one in entries] == ["Flood 2", "Flood 3"]
    assert entries[0].summary == "Water rose."
    with pytest.raises(QuerySyntaxError):
        newest_matches(writer.connection, Search("flood ("), 2)
