"""What was forgotten stays out: of fetches, of plans, and as hashes alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import url_key
from crawlers.discovery.known_urls import KnownUrls
from crawlers.discovery.listing import Link
from crawlers.plan.model import KNOWN_KEYS_FILE
from crawlers.sources.model import load_sources
from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.pipeline.blocklist import Blocklist, add_to_blocklist, read_blocklist
from flows.pipeline.plan import drop_forgotten_sources, make_plan

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GONE = "https://one.example/news/gone.html"
STAYS = "https://one.example/news/stays.html"
SOURCES = '[[source]]\nname = "one"\nfeeds = ["http://one.example/feed"]\n[[source]]\nname = "two"\nfeeds = ["http://two.example/f"]\n'


def fetch(url: str, **fields: object) -> Fetch:
    return Fetch(url, "one", Kind.PAGE, Outcome.FETCHED, NOW, status=200, offset=7, **fields)  # type: ignore[arg-type]


def test_the_file_holds_hashes_and_grows(tmp_path: Path) -> None:
    assert read_blocklist(tmp_path) == Blocklist()
    add_to_blocklist(tmp_path, [url_key(GONE)], [])
    add_to_blocklist(tmp_path, [], ["courier"])
    found = read_blocklist(tmp_path)
    assert found.has_url(GONE.replace("https", "http") + "?utm_source=x")
    assert found.has_source("courier")
    assert not found.has_url(STAYS)
    assert not found.has_source("one")
    text = (tmp_path / "forgotten").read_text()
    assert "gone" not in text
    assert "courier" not in text


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "forgotten").write_text("address 00ff\naddress nonsense\n")
    with pytest.raises(FlowsError, match=r"forgotten:2: found 'address nonsense'; expected"):
        read_blocklist(tmp_path)


def test_a_fetch_of_it_keeps_its_time_and_nothing_else() -> None:
    forgotten = Blocklist(frozenset({url_key(GONE)}))
    for one in (fetch(GONE, etag='"x"'), fetch("https://one.example/r", final_url=GONE)):
        clean = forgotten.without(one)
        assert (clean.kind, clean.fetched_at, clean.outcome, clean.reason) == (
            Kind.PAGE,
            NOW,
            Outcome.SKIPPED,
            "forgotten",
        )
        assert clean.offset is None
        assert "one.example" not in str(clean)
    assert forgotten.without(fetch(STAYS)) == fetch(STAYS)


def test_a_listing_loses_the_links_to_it_alone() -> None:
    forgotten = Blocklist(frozenset({url_key(GONE)}))
    listing = fetch("https://one.example/feed", links=(Link(GONE), Link(STAYS)))
    assert forgotten.without(listing).links == (Link(STAYS),)


def test_a_plan_takes_a_forgotten_address_for_known_and_leaves_forgotten_sources_out(
    writer: Writer, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES)
    directory = DataDirectory(data)
    add_to_blocklist(directory.private, [url_key(GONE)], ["two"])
    sources = drop_forgotten_sources(load_sources(file), directory)
    assert [source.name for source in sources.sources] == ["one"]
    folder = make_plan(writer, sources, directory, "r1", NOW)
    with KnownUrls(folder / KNOWN_KEYS_FILE) as known:
        assert GONE in known
        assert STAYS not in known
