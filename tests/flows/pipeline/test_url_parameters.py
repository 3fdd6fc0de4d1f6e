"""Query parameters that are no part of a source's URLs: learned as segments are loaded, used by plans, taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.discovery import KnownUrls, normalise_url, url_key_or_none
from crawlers.extraction import Article
from crawlers.plan.model import KNOWN_KEYS_FILE, read_plan
from crawlers.sources.model import load_sources
from flows.data_directory import DataDirectory
from flows.maintenance.forget import forget
from flows.maintenance.rebuild import rebuild
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.extract import Extractor
from flows.pipeline.load import ExtractedSegment, load
from flows.pipeline.plan import make_plan, source_rows
from flows.pipeline.segments import process_segment
from flows.pipeline.url_parameters import ENOUGH, MAX_NAMES
from flows.progress import SilentReporter
from flows.timing import StepTimes
from tests.warehouse.rows import NOON
from warehouse.runs import record_sources
from warehouse.url_parameters import ignored_parameters, stored_evidence

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

HOST = "http://heron.example"
THEMES = ("harbour", "budget", "orchard", "railway", "library", "weather", "theatre")


def slug(theme: str, query: str = "") -> str:
    return f"{HOST}/news/all-about-the-{theme}{query}"


def text_of(theme: str) -> str:
    """A text of which no other subject has a sequence of words."""
    return "\n".join(
        f"The {theme} has room for {number} more, the {theme} council says, and a {theme} of {number} floors is what "
        f"the {theme} needs: no {theme} can do without, and every {theme} has had {number} of them since {theme} day."
        for number in range(4)
    )


@dataclass(frozen=True)
class Page:
    """A page of the site as it was extracted; `more` was added to the text of its subject."""

    url: str
    theme: str
    canonical: str | None = None
    more: str = ""

    def article(self) -> Article:
        return Article(
            url=normalise_url(self.canonical or self.url), title=f"All about the {self.theme}", authors=(),
            published_at=None, modified_at=None, published_precision=None, language="en", section=None, tags=(),
            image_url=None, description=None, text=text_of(self.theme) + self.more, is_free=None,
            provenance=(("url", "link" if self.canonical else "address"),),
        )  # fmt: skip


class Site:
    """A source whose pages are loaded into a warehouse, one segment for each call."""

    def __init__(self, writer: Writer, folder: Path) -> None:
        self.writer = writer
        self.folder = folder
        self.numbers = count(1)

    def load(self, *pages: Page) -> None:
        number = next(self.numbers)
        at = NOON + timedelta(hours=2 * number)
        fetches = [
            extracted_fetch(Fetch(page.url, "heron", Kind.PAGE, Outcome.FETCHED, at, status=200), page.article())
            for page in pages
        ]
        name = f"20260301120000-aaaaaaaaaaaa-{number:05}"
        assert load(self.writer, ExtractedSegment(name, fetches, at, StepTimes()))

    def ignored(self) -> list[str]:
        found = ignored_parameters(self.writer.connection)
        assert found.keys() <= {"heron"}
        return [name for names in found.get("heron", {}).values() for name in names]

    def counts(self) -> dict[str, tuple[int, int]]:
        rows = self.writer.connection.execute("SELECT parameter, pages, counterexamples FROM url_parameters").fetchall()
        return {name: (pages, others) for name, pages, others in rows}

    def plan(self, more: str = "") -> Path:
        file = self.folder / "sources.toml"
        file.write_text(f'[[source]]\nname = "heron"\nfeeds = ["{HOST}/feed.xml"]\nrecheck_hours = []\n{more}')
        sources = load_sources(file)
        record_sources(self.writer, source_rows(sources), NOON)
        return make_plan(self.writer, sources, DataDirectory(self.writer.data), "r1", NOON)


@pytest.fixture
def site(writer: Writer, tmp_path: Path) -> Site:
    return Site(writer, tmp_path)


def twice(theme: str, *queries: str) -> list[Page]:
    """One page under two URLs."""
    return [Page(slug(theme, query), theme, slug(theme)) for query in queries or ("?pos=1", "?pos=2")]


def test_five_pages_decide_and_one_counterexample_takes_it_back(site: Site) -> None:
    site.load(*(page for theme in THEMES[:4] for page in twice(theme)), *twice("weather", "?pos=1"))
    assert site.counts() == {"pos": (4, 0)}
    assert site.ignored() == []
    site.load(*(Page(slug(theme, "?pos=9"), "consent", slug(theme)) for theme in THEMES[:4]))
    assert site.counts() == {"pos": (4, 0)}, "one text for many pages shows nothing"
    site.load(*twice("weather", "?pos=2"), *twice("theatre"))
    assert site.ignored() == ["pos"]
    assert site.counts() == {"pos": (ENOUGH, 0)}, "no more pages are stored than are needed"
    site.load(Page(slug("museum", "?pos=1"), "museum", slug("museum", "?pos=1")))
    assert site.ignored() == []
    assert site.counts() == {"pos": (ENOUGH, 1)}


def test_texts_decide_where_pages_state_no_canonical_link(site: Site) -> None:
    themes = THEMES[:ENOUGH]
    site.load(*(Page(slug(theme, "?box=top"), theme) for theme in themes[:3]))
    assert site.counts() == {}
    left = (Page(slug(theme, "?box=left"), theme) for theme in themes[:3])
    site.load(*left, *(Page(slug(theme, query), theme) for theme in themes[3:] for query in ("", "?box=top")))
    assert site.ignored() == ["box"]
    # From now on, one request for a page is enough.
    site.load(Page(slug("weather", "?box=top"), "weather"))
    site.load(Page(slug("weather", "?box=left"), "weather"))
    shorter = site.writer.connection.execute("SELECT source, host, parameter FROM private.shorter_urls").fetchall()
    assert shorter == [("heron", "heron.example", "box")], "it is stored once"
    with KnownUrls(site.plan() / KNOWN_KEYS_FILE) as known:
        assert slug("weather") in known
    site.load(Page(slug("theatre"), "theatre"), Page(slug("theatre", "?box=top"), "museum"))
    assert site.ignored() == []
    with KnownUrls(site.plan() / KNOWN_KEYS_FILE) as known:
        assert slug("weather") not in known, "it was never requested"


@pytest.mark.parametrize("has_canonical", [True, False])
def test_identifiers_of_articles_are_never_learned(site: Site, has_canonical: bool) -> None:
    def story(number: int, theme: str, section: str = "news") -> Page:
        url = f"{HOST}/{section}/story?id={number}"
        return Page(url, theme, url if has_canonical else None)

    site.load(story(1, "harbour"))  # the only one for a while
    assert site.ignored() == []
    assert site.counts() == ({"id": (0, 1)} if has_canonical else {})
    # The same text again under another number, in many sections.
    site.load(*(story(10 * n + more, theme, theme) for n, theme in enumerate(THEMES, 1) for more in (0, 1)))
    assert site.counts() == ({"id": (0, 1)} if has_canonical else {})
    site.load(story(2, "budget"), story(3, "orchard"))
    assert site.ignored() == []
    assert site.counts() == {"id": (0, 1)}


def test_one_canonical_url_for_all_articles_teaches_nothing(site: Site) -> None:
    pages = [Page(f"{HOST}/story?id={number}", theme, f"{HOST}/story") for number, theme in enumerate(THEMES)]
    site.load(pages[0])
    assert site.counts() == {}
    site.load(*pages[1:])
    assert site.counts() == {"id": (0, 1)}


@pytest.mark.parametrize(("first", "segments"), [("first part", "two"), ("second part", "one")])
def test_the_second_part_of_an_article_is_not_left_out(site: Site, first: str, segments: str) -> None:
    # Each part names the first as canonical, which many publishers do.
    parts = [
        [Page(slug(theme), theme, slug(theme)) for theme in THEMES],
        [Page(slug(theme, "?page=2"), f"rest of {theme}", slug(theme)) for theme in THEMES],
    ]
    if first == "second part":
        parts.reverse()
    for some in parts if segments == "two" else [parts[0] + parts[1]]:
        site.load(*some)
    assert site.counts() == {"page": (0, 1)}


def test_the_whole_article_on_one_page_is_not_left_out(site: Site) -> None:
    # Most articles have one part, so that both URLs have the same text.
    pages = [page for theme in THEMES[:ENOUGH] for page in twice(theme, "", "?view=full")]
    short, whole = twice("museum", "", "?view=full")
    site.load(*pages, short, replace(whole, more="\n" + text_of("rest of the museum")))
    assert site.counts() == {"view": (ENOUGH, 1)}


def test_canonical_links_alone_show_nothing(site: Site) -> None:
    site.load(*(page for theme in THEMES for page in twice(theme, "?view=full")))
    assert site.counts() == {}


def test_an_edit_between_two_requests_decides_nothing(site: Site) -> None:
    site.load(Page(slug("harbour"), "harbour", slug("harbour")), Page(slug("budget"), "budget"))
    more = "\nThe mayor has seen this report, and has nothing to add to what it says about the evening."
    site.load(
        Page(slug("harbour", "?pos=1"), "harbour", slug("harbour"), more),
        Page(slug("budget", "?pos=1"), "budget", more=more),
    )
    assert site.counts() == {}


def test_hosts_are_apart(site: Site) -> None:
    hosts = [HOST, "http://www.heron.example"]
    urls = [(slug(theme).replace(HOST, hosts[number % 2]), theme) for number, theme in enumerate(THEMES)]
    site.load(*(Page(f"{url}?pos={number}", theme, url) for url, theme in urls for number in (1, 2)))
    rows = site.writer.connection.execute("SELECT host, pages FROM url_parameters ORDER BY host").fetchall()
    assert rows == [("heron.example", 4), ("www.heron.example", 3)]
    assert site.ignored() == []


def test_a_server_that_makes_up_names_fills_no_table(site: Site) -> None:
    site.load(*twice("harbour", "", *(f"?made-up-{number}=1" for number in range(MAX_NAMES + 50))))
    assert len(site.counts()) == MAX_NAMES


def learn_pos(site: Site) -> None:
    site.load(*(page for theme in THEMES[:ENOUGH] for page in twice(theme)))
    assert site.ignored() == ["pos"]


def test_a_plan_names_what_is_ignored_and_waiting_urls_of_known_pages_are_dropped(site: Site) -> None:
    learn_pos(site)
    waiting = [slug("harbour", "?pos=7"), slug("museum", "?pos=2"), slug("museum", "?pos=3"), slug("harbour", "?id=2")]
    waiting += [f"{HOST}/story?pos=1", f"{HOST}/story?pos=2"]  # where nothing else names the article
    for number, url in enumerate(["http:///no-host?pos=1", *waiting]):
        site.writer.connection.execute(
            "INSERT INTO private.frontier (url_key, url, source, discovered_at, attempts, due_at) "
            "VALUES ($1, $2, 'heron', $3, 0, $3)",
            [url_key_or_none(url) or 1, url, NOON - timedelta(minutes=10 - number)],
        )
    (source,) = read_plan(site.plan()).sources
    assert source.ignored_parameters == {"heron.example": ("pos",)}
    assert {request.url for request in source.waiting} == {waiting[1], *waiting[3:]}
    (source,) = read_plan(site.plan('keep_parameters = ["pos"]\n')).sources
    assert source.ignored_parameters == {}
    (source,) = read_plan(site.plan()).sources
    assert source.ignored_parameters == {"heron.example": ("pos",)}, "the pages are still on record"


def test_a_rebuilt_warehouse_knows_the_same_and_a_forgotten_page_leaves_no_url(writer: Writer) -> None:
    directory = DataDirectory(writer.data)
    name = "20260301120000-aaaaaaaaaaaa-00001"
    with SegmentWriter(directory.archive, "aaaaaaaaaaaa", name=name) as segment:
        for query in ("", "?pos=1"):
            theme = "harbour"
            lines = "".join(f"<p>{line}</p>" for line in text_of(theme).split("\n"))
            head = f'<title>All about the {theme}</title><link rel="canonical" href="{slug(theme)}">'
            body = f"<html><head>{head}</head><body><article><h1>All about the {theme}</h1>{lines}</article></body>"
            url = slug(theme, query)
            answer = Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body.encode())
            segment.add(Fetch(url, "heron", Kind.PAGE, Outcome.FETCHED, NOON, status=200), answer)
    everything = "FROM parameter_evidence ORDER BY ALL"
    with Extractor(1) as extractor:
        assert process_segment(writer, extractor, directory, name)
        before = writer.connection.execute(everything).fetchall()
        rebuild(writer, extractor, directory, SilentReporter())
        assert len(before) == 1
        assert writer.connection.execute(everything).fetchall() == before
        forget(writer, extractor, directory, url=slug("harbour"))
        left = "SELECT supports, url, other_url, text_key = page_key FROM parameter_evidence"
        assert writer.connection.execute(left).fetchall() == [(True, None, None, True)]
        forget(writer, extractor, directory, source="heron")
        assert writer.connection.execute(everything).fetchall() == []


@pytest.mark.parametrize("is_stated", [True, False])
def test_one_text_for_every_url_teaches_nothing(site: Site, is_stated: bool) -> None:
    # A server that is down, or asks every reader for consent first.
    urls = [slug(theme, f"?page={part}") for theme in THEMES for part in (1, 2)]
    site.load(*(Page(url, "consent", url.partition("?")[0] if is_stated else None) for url in urls[:8]))
    site.load(*(Page(url, "consent", url.partition("?")[0] if is_stated else None) for url in urls[8:]))
    assert site.ignored() == []
    assert all(pages <= 1 for pages, _ in site.counts().values())
    # Later the same about articles that are stored with their own texts.
    site.load(*(Page(slug(f"new-{theme}"), theme, slug(f"new-{theme}")) for theme in THEMES))
    site.load(
        *(Page(slug(f"new-{theme}", f"?page={n}"), "consent", slug(f"new-{theme}")) for theme in THEMES for n in (2, 3))
    )
    assert site.ignored() == []


def test_other_hosts_of_a_source_cost_nothing_and_any_name_is_stored(site: Site) -> None:
    learn_pos(site)
    names = ["%00", "%FF", "", "%F0%9F%97%9E", "tag%5B%5D", "a%3Db", "flag"]
    site.load(
        *(page for theme, name in zip(THEMES, names, strict=True) for page in twice(theme, f"?{name}=1", f"?{name}=2"))
    )
    assert all(counts in {(1, 0), (5, 0)} for counts in site.counts().values())
    assert len(site.counts()) == 1 + len(names)
    connection = site.writer.connection
    assert stored_evidence(connection, ["heron"], ["other.example"]) == []
    assert len(stored_evidence(connection, ["heron"], ["heron.example", "other.example"])) == ENOUGH + len(names)
    assert ignored_parameters(connection, ["other.example"]) == {}
    assert ignored_parameters(connection, ["heron.example"]) == {"heron": {"heron.example": ("pos",)}}
