"""The plan of a run: nothing that the warehouse has stored can prevent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.plan.model import read_plan
from crawlers.sources.model import load_sources
from flows.data_directory import DataDirectory
from flows.pipeline.plan import make_plan, source_rows
from tests.warehouse.rows import NOON, article_row, batch, listing_row
from warehouse.loading.load import load_segment
from warehouse.runs import record_sources

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

FEED = "http://courier.example/feed.xml"


def test_a_stored_row_without_a_usable_url_costs_nothing_but_itself(writer: Writer, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(f'[[source]]\nname = "courier"\nfeeds = ["{FEED}"]\nrecheck_hours = [0, 1]\n')
    sources = load_sources(file)
    record_sources(writer, source_rows(sources), NOON)
    imported = article_row(1, url="file:///texts/one.txt", article_url="file:///texts/one.txt")
    rows = [listing_row("/sitemaps/all.xml", kind="sitemap"), imported]
    load_segment(writer, "s1", "r0", "test", batch(*rows, listings=("sitemap2.xml", "http:///")), NOON)
    writer.connection.execute(
        "INSERT INTO private.frontier (url_key, url, source, discovered_at, attempts, due_at) "
        "VALUES (1, 'no-url', 'courier', $1, 0, $1)",
        [NOON],
    )
    folder = make_plan(writer, sources, DataDirectory(tmp_path / "data"), "r1", NOON)
    (planned,) = read_plan(folder).sources
    assert [request.url for request in planned.requests] == [FEED]
    assert planned.waiting == ()
