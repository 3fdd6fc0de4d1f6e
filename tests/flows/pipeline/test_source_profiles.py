"""Profiles of sources through the pipeline: learned, stored, used for the next pages, and for earlier ones later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.extraction import EXTRACTOR_VERSION, extractor_version
from crawlers.extraction.source_profile import SourceProfile
from flows.data_directory import DataDirectory
from flows.maintenance.rebuild import rebuild
from flows.maintenance.reextract import reextract
from flows.pipeline.extract import Extractor
from flows.pipeline.segments import process_segment
from flows.pipeline.source_profiles import learn_profiles, read_profiles
from flows.progress import SilentReporter
from tests.warehouse.rows import NOON
from warehouse import Writer, open_writer
from warehouse.source_profiles import MOST_NEW, StoredProfile, grown_sources, newest_profiles, store_profiles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

SOURCE = "heron"
OWNERS = "The Heron is owned by those who read it, and asks them for nothing but an opinion."
THEMES = ("harbour", "budget", "orchard", "railway", "library", "weather", "theatre", "market", "bridge", "clinic")


def text_of(theme: str) -> str:
    return "\n".join(
        f"Paragraph {number} is about the {theme}: the council of the town has talked about it for the whole of an "
        f"evening, and about {theme} number {number} it could not agree at all, says the mayor."
        for number in range(4)
    )


def crawl(data: Path, name: str, themes: Iterable[str], fetched: datetime, more: str = "") -> None:
    with SegmentWriter(data / "archive", "aaaaaaaaaaaa", name=f"20260301120000-aaaaaaaaaaaa-{name}") as segment:
        for theme in themes:
            lines = "".join(f"<p>{line}</p>" for line in [*text_of(theme + more).split("\n"), OWNERS])
            title = f"All about the {theme} :: as the Heron sees it"
            body = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{lines}</article></body>"
            url = f"http://heron.example/news/2026/all-about-the-{theme}-of-the-town.html"
            answer = Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body.encode())
            segment.add(Fetch(url, SOURCE, Kind.PAGE, Outcome.FETCHED, fetched, status=200), answer)


def load(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> None:
    assert process_segment(writer, extractor, directory, f"20260301120000-aaaaaaaaaaaa-{name}")


def rows(writer: Writer, what: str, where: str = "true") -> list[tuple[object, ...]]:
    return writer.connection.execute(f"SELECT {what} FROM articles WHERE {where} ORDER BY url").fetchall()


def test_later_pages_earlier_pages_and_a_rebuilt_warehouse_are_without_what_all_pages_have(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    crawl(tmp_path, "00001", THEMES, NOON)
    crawl(tmp_path, "00002", ["museum"], NOON + timedelta(hours=1))
    crawl(tmp_path, "00003", THEMES[:1], NOON + timedelta(hours=2))
    crawl(tmp_path, "00004", THEMES[1:2], NOON + timedelta(hours=2), more="s")
    with open_writer(tmp_path, "test") as writer, Extractor(1) as extractor:
        load(writer, extractor, directory, "00001")
        assert rows(writer, "DISTINCT extractor, text.contains('owned by')") == [(EXTRACTOR_VERSION, True)]
        learn_profiles(writer)
        with_profile = extractor_version(read_profiles(writer.connection)[SOURCE])
        assert with_profile.startswith(f"{EXTRACTOR_VERSION}+profile-")

        load(writer, extractor, directory, "00002")
        found = rows(writer, "title, text, extractor", "url LIKE '%museum%'")
        assert found == [("All about the museum", text_of("museum"), with_profile)]

        # The same page again is no edit by the publisher; another text is one.
        load(writer, extractor, directory, "00003")
        load(writer, extractor, directory, "00004")
        changes = "SELECT change FROM article_versions WHERE change <> 'first' ORDER BY seen_at, doc"
        assert writer.connection.execute(changes).fetchall() == [("reextracted",), ("both",)]

        done = reextract(writer, extractor, directory, SilentReporter())
        assert done.outcomes["changed"] == len(THEMES) - 2
        assert rows(writer, "DISTINCT extractor, text.contains('owned by')") == [(with_profile, False)]
        assert reextract(writer, extractor, directory, SilentReporter()).outcomes.total() == 0

        articles = rows(writer, "url, title, text, extractor")
        rebuild(writer, extractor, directory, SilentReporter())
        assert rows(writer, "url, title, text, extractor") == articles


@pytest.fixture
def writer(tmp_path: Path) -> Iterable[Writer]:
    with open_writer(tmp_path, "test") as opened:
        yield opened


def profile(version: str, articles: int) -> StoredProfile:
    return StoredProfile(SOURCE, version, articles, [1, 2**64 - 1], [4, 5], ["The Heron:"], [])


def test_the_newest_version_counts_and_earlier_ones_stay(writer: Writer) -> None:
    for version, articles, hours in (("a", 8, 0), ("a", 12, 1), ("b", 20, 2)):
        store_profiles(writer, [profile(version, articles)], NOON + timedelta(hours=hours))
    assert newest_profiles(writer.connection) == [profile("b", 20)]
    stored = writer.connection.execute("SELECT version, articles FROM source_profiles ORDER BY version").fetchall()
    assert stored == [("a", 12), ("b", 20)]
    assert read_profiles(writer.connection) == {SOURCE: SourceProfile({1: 4, 2**64 - 1: 5}, ("The Heron:",))}
    assert read_profiles(writer.connection, "another") == {}


@pytest.mark.parametrize(
    ("stored", "compared", "due"),
    [
        (7, None, False),
        (8, None, True),
        (11, 8, False),
        (12, 8, True),
        (699, 600, False),
        (600 + MOST_NEW, 600, True),
    ],
)
def test_a_source_is_learned_again_when_it_has_grown(
    writer: Writer, stored: int, compared: int | None, due: bool
) -> None:
    writer.connection.execute(
        "INSERT INTO article_state BY NAME SELECT uuid() AS article_id, 'u' || doc AS url, ? AS source, uuid() AS "
        "version_id, 1 AS versions, now() AS first_seen_at, now() AS last_seen_at, uuid() AS title_hash, uuid() AS "
        "body_hash, 'u' AS fetch_url, doc FROM range(?) AS numbers(doc)",
        [SOURCE, stored],
    )
    if compared is not None:
        store_profiles(writer, [profile("", compared)], NOON)
    assert grown_sources(writer.connection) == ([(SOURCE, stored)] if due else [])
