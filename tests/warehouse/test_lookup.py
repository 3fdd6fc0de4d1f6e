"""Where a page stands in the archive, as far as the warehouse knows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.warehouse.rows import NOON, article_row, batch
from warehouse.loading.load import load_segment
from warehouse.lookup import last_fetch

if TYPE_CHECKING:
    from warehouse import Writer

URL = "https://town.example/news/1"


def test_an_article_is_found_by_its_address_also_when_its_requests_are_no_longer_kept(writer: Writer) -> None:
    row = article_row(1, url=URL, article_url=URL, warc_offset=123)
    load_segment(writer, "s1", "r1", "test", batch(row, segment="s1"), NOON)
    before = last_fetch(writer.connection, [URL])
    writer.connection.execute("DELETE FROM fetches")
    after = last_fetch(writer.connection, [URL])
    assert before is not None
    assert after is not None
    assert (after.url, after.segment, after.warc_offset) == (URL, "s1", 123)
    assert (before.segment, before.warc_offset, before.source) == (after.segment, after.warc_offset, after.source)


def test_what_was_never_asked_for_is_not_found(writer: Writer) -> None:
    assert last_fetch(writer.connection, [URL]) is None


def test_the_page_of_a_url_comes_before_later_ones_of_the_same_article(writer: Writer) -> None:
    other = "https://post.example/copy"
    row = article_row(1, url=URL, article_url=URL, warc_offset=1)
    again = article_row(1, url=other, article_url=URL, warc_offset=2, fetched_at=NOON + timedelta(hours=1))
    load_segment(writer, "s1", "r1", "test", batch(row, again | {"outcome": "unchanged"}, segment="s1"), NOON)
    for url, offset in ((URL, 1), (other, 2)):
        found = last_fetch(writer.connection, [url])
        assert found is not None
        assert (found.url, found.warc_offset) == (url, offset)
