"""Where a page stands in the archive, as far as the warehouse knows."""

from __future__ import annotations

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
