"""`newsloom sources …` on small sites."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from flows.demo.web import NewsWeb, ServedPage, Site
from tests.end_to_end.conftest import Newsloom, article, feed, town_site, town_sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "town.example"
FRONT = ServedPage(
    b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body></body></html>'
)


def entries(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((folder / "sources.toml").read_text())["source"]
    return found


@contextmanager
def served(newsloom: Newsloom, *sites: Site) -> Iterator[NewsWeb]:
    with NewsWeb(sites) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        yield web


def with_robots(site: Site, *lines: str, **pages: ServedPage) -> Site:
    robots = "\n".join(["User-agent: *", *lines]).encode()
    return Site(site.host, {**site.pages, "/": FRONT, **pages, "/robots.txt": ServedPage(robots, "text/plain")})


def test_a_website_that_names_its_feed_is_asked_for_nothing_else(newsloom: Newsloom) -> None:
    newsloom.sources("[crawl]\ndelay = 0\n")
    with served(newsloom, with_robots(town_site(HOST, 4))) as web:
        newsloom("sources", "add", f"http://{HOST}/")
        asked = [request.path for request in web.requests]
    assert entries(newsloom.folder) == [
        {"name": "town.example", "homepage": f"http://{HOST}/", "feeds": [f"http://{HOST}/feed.xml"], "language": "en"}
    ]
    assert sorted(path for path in asked if "/news/" not in path) == ["/", "/feed.xml", "/robots.txt"]


def test_the_usual_locations_are_tried_where_a_front_page_leads_nowhere(newsloom: Newsloom) -> None:
    newsloom.sources("[crawl]\ndelay = 0\n")
    closed = town_site("closed.example", 2)
    stale = b'<html><link rel="alternate" type="application/rss+xml" href="/old-feed"><body></body></html>'
    moved = Site(HOST, {**town_site(HOST, 2).pages, "/": ServedPage(stale)})
    with served(newsloom, closed, moved):
        newsloom("sources", "add", "http://closed.example/", f"http://{HOST}/")
    assert [entry["feeds"] for entry in entries(newsloom.folder)] == [
        ["http://closed.example/feed.xml"],
        [f"http://{HOST}/feed.xml"],
    ]


def test_adding_keeps_what_people_have_written_in_the_file(newsloom: Newsloom) -> None:
    mine = '# mine\n[crawl]\ndelay = 0  # fast\n[[source]]\nname = "town.example"\nfeeds = ["http://a.example/f"]\n'
    newsloom.sources(mine)
    with served(newsloom, with_robots(town_site(HOST, 2))):
        newsloom("sources", "add", HOST.join(("http://", "/feed.xml")))
    assert (newsloom.folder / "sources.toml").read_text().startswith(mine)
    assert [entry["name"] for entry in entries(newsloom.folder)] == ["town.example", "town.example-2"]


def test_a_site_that_the_file_has_is_not_added_again(newsloom: Newsloom) -> None:
    newsloom.sources("[crawl]\ndelay = 0\n")
    with served(newsloom, with_robots(town_site(HOST, 4))) as web:
        said = newsloom("sources", "add", f"http://{HOST}/", f"http://{HOST}", f"http://{HOST}/feed.xml").stdout
        assert f"http://{HOST}: already there, as {HOST}" in said
        assert f"http://{HOST}/feed.xml: already there, as {HOST}, which has http://{HOST}/feed.xml" in said
        assert "1 added" in said
        asked = len(web.requests)
        done = newsloom("sources", "add", f"http://www.{HOST}/feed.xml".replace("www.", ""))
        assert f"http://{HOST}/feed.xml: already there, as {HOST}" in done.stdout
        assert len(web.requests) == asked
    assert len(entries(newsloom.folder)) == 1


def test_publishers_are_not_asked_without_a_contact_which_is_given_once(newsloom: Newsloom) -> None:
    said = newsloom("sources", "add", "https://town.example/", code=2).stderr
    assert "no contact address" in said
    assert "--contact mailto:" in said
    assert not (newsloom.folder / "sources.toml").exists()
    with served(newsloom, with_robots(town_site(HOST, 2))) as web:
        newsloom("sources", "add", f"http://{HOST}/", "--contact", "mailto:desk@paper.example")
        agents = {asked.headers.get("user-agent") for asked in web.requests}
    assert len(agents) == 1
    assert "+mailto:desk@paper.example" in str(agents)
    file = newsloom.folder / "sources.toml"
    assert tomllib.loads(file.read_text())["crawl"] == {"contact": "mailto:desk@paper.example"}


def test_a_file_with_settings_and_no_source_yet_can_be_added_to(newsloom: Newsloom) -> None:
    newsloom.sources("# mine\n[crawl]\ndelay = 0\n")
    with served(newsloom, with_robots(town_site(HOST, 2))):
        newsloom("sources", "add", f"http://{HOST}/", "--contact", "mailto:desk@paper.example")
    said = (newsloom.folder / "sources.toml").read_text()
    assert said.startswith('# mine\n[crawl]\ncontact = "mailto:desk@paper.example"\ndelay = 0\n')
    assert len(entries(newsloom.folder)) == 1


def test_check_asks_nobody_without_a_contact(newsloom: Newsloom) -> None:
    newsloom.sources('[[source]]\nname = "a"\nfeeds = ["https://town.example/feed.xml"]\n')
    assert "no contact address for the public source 'a'" in newsloom("sources", "check", code=2).stderr


def test_a_website_without_any_feed_is_asked_by_its_sitemap_or_its_front_page(newsloom: Newsloom) -> None:
    newsloom.sources("[crawl]\ndelay = 0\n")
    site = town_site(HOST, 3)
    links = "".join(
        f'<article><h2><a href="{path}">Report of the town council number {path[-8]}</a></h2></article>'
        for path in site.pages
        if path.startswith("/news")
    )
    front = ServedPage(f"<html><body><main>{links}</main></body></html>".encode())
    bare = Site("bare.example", {path: page for path, page in site.pages.items() if "." not in path or "/news" in path})
    bare = Site("bare.example", {**bare.pages, "/": front})
    mapped = Site(HOST, {path: page for path, page in site.pages.items() if path != "/feed.xml"} | {"/": front})
    with served(newsloom, bare, mapped):
        newsloom("sources", "add", "http://bare.example/", f"http://{HOST}/")
    by_site, by_map = entries(newsloom.folder)
    assert by_site["sections"] == ["http://bare.example/"]
    assert by_map["sitemaps"] == [f"http://{HOST}/sitemap.xml"]


def test_a_website_that_gives_nothing_is_not_added_and_told_why(newsloom: Newsloom) -> None:
    head = "[crawl]\ndelay = 0\n"
    newsloom.sources(head)
    with served(newsloom, Site(HOST, {"/": ServedPage(b"<html><body>Under construction</body></html>")})):
        said = newsloom("sources", "add", f"http://{HOST}/", code=2).stderr
    assert f"http://{HOST}/: no feed, sitemap or article list found" in said
    assert " and 10 more URLs: answered 404" in said
    assert said.count("answered 404") == 1
    assert (newsloom.folder / "sources.toml").read_text() == head


def test_websites_that_work_are_added_although_others_cannot_be_reached(newsloom: Newsloom) -> None:
    newsloom.sources("[crawl]\ndelay = 0\n")
    closed = "https://127.0.0.1/"
    with served(newsloom, with_robots(town_site(HOST, 2))) as web:
        done = newsloom("sources", "add", closed, f"http://{HOST}/", "--contact", "mailto:desk@paper.example", code=1)
        assert "/rss.xml" not in {asked.path for asked in web.requests}
    assert f"newsloom: {closed}: cannot be reached: {closed}: found the loopback address 127.0.0.1" in done.stderr
    assert "more URL" not in done.stderr
    assert "1 added to sources.toml" in done.stdout
    assert [entry["homepage"] for entry in entries(newsloom.folder)] == [f"http://{HOST}/"]


def test_the_catalogue_fills_the_file_once(newsloom: Newsloom) -> None:
    newsloom("sources", "add", "--language", "pl")
    some = entries(newsloom.folder)
    assert some
    assert {entry.get("language") for entry in some} <= {"pl", None}
    assert "already has them all" in newsloom("sources", "add", "--language", "pl").stdout
    assert entries(newsloom.folder) == some
    newsloom("sources", "list")


@pytest.mark.parametrize("command", [["sources", "list"], ["run"], ["up"]], ids=" ".join)
def test_every_table_of_the_file_is_checked_before_anything_starts(newsloom: Newsloom, command: list[str]) -> None:
    source = '[[source]]\nname = "a"\nfeeds = ["https://a.example/feed"]\n'
    (newsloom.folder / "sources.toml").write_text(f'[crawl]\ndelay = "long"\n[keep]\narchive_gb = 0\n{source}')
    said = newsloom(*command, code=2).stderr
    assert "sources.toml:2: crawl.delay" in said
    assert "sources.toml:4: keep.archive_gb" in said
    assert not (newsloom.folder / "newsloom-data").exists()


def test_a_publisher_that_the_catalogue_does_not_have(newsloom: Newsloom) -> None:
    unknown = newsloom("sources", "add", "--from-catalogue", "Zzz Times", code=2).stderr
    assert "no publisher named 'Zzz Times'" in unknown
    assert "language 'xx'; available: " in newsloom("sources", "add", "--language", "xx", code=2).stderr


def test_check_says_of_each_source_whether_it_works_and_why_not(newsloom: Newsloom) -> None:
    now = datetime.now(UTC)
    paths = ["/news/2026/a-report-on-what-happened-here.html"]
    old = feed("old.example", paths).body.replace(
        b"</item>", f"<pubDate>{format_datetime(now - timedelta(days=90))}</pubDate></item>".encode()
    )
    declared = '{"@type": "NewsArticle", "headline": "A report", "isAccessibleForFree": false}'
    stub = ServedPage(
        f"""<html><head><title>A report</title><script type="application/ld+json">{declared}</script></head><body>
        <article><h1>A report</h1><p>First words of it. Subscribe to read on.</p></article></body></html>""".encode()
    )
    sites = [
        town_site("good.example", 5),
        Site("old.example", {"/feed.xml": ServedPage(old, "application/rss+xml")}),
        Site("empty.example", {"/feed.xml": feed("empty.example", [])}),
        Site("shut.example", {"/feed.xml": ServedPage(b"no", status=403)}),
        Site("moved.example", {"/feed.xml": ServedPage(b"<html><body>We have moved</body></html>")}),
        Site("paid.example", {"/feed.xml": feed("paid.example", paths), paths[0]: stub}),
        Site("forbidden.example", {"/robots.txt": ServedPage(b"User-agent: *\nDisallow: /\n", "text/plain")}),
        Site(
            "thin.example",
            {"/feed.xml": feed("thin.example", paths), paths[0]: ServedPage(b"<html><p>Hello</p></html>")},
        ),
        Site(
            "reserved.example",
            {
                "/feed.xml": feed("reserved.example", paths),
                paths[0]: replace(stub, headers=(("tdm-reservation", "1"),)),
            },
        ),
    ]
    with served(newsloom, *sites) as web:
        newsloom.sources(town_sources(*(site.host for site in sites)) + "respect_opt_outs = true\n")
        done = newsloom("sources", "check", code=1)
        said = done.stdout
        assert "trying 9 sources" in done.stderr
        tried = [asked for asked in web.requests if asked.host == "good.example" and asked.path.startswith("/news")]
        newsloom("sources", "check", "good.example")
    states = {line.split(": ")[0]: line.split(": ")[1] for line in said.splitlines()}
    assert states == {
        "good.example": "works",
        "old.example": "stale",
        "empty.example": "empty",
        "shut.example": "blocked",
        "moved.example": "no feed",
        "paid.example": "paywalled",
        "forbidden.example": "disallowed by robots.txt",
        "thin.example": "not articles",
        "reserved.example": "opted out of text and data mining",
    }
    assert "good.example: works: 5 articles listed; 3 articles on 3 pages" in said
    assert len(tried) == 3
    assert not newsloom.data.exists()


def test_opml_comes_back_as_it_went(newsloom: Newsloom) -> None:
    newsloom("sources", "add", "--language", "fr")
    newsloom("sources", "export", "sources.opml")
    newsloom("sources", "import", "sources.opml", "--sources", "again.toml")
    assert (newsloom.folder / "again.toml").read_text() == (newsloom.folder / "sources.toml").read_text()


def test_the_opml_of_a_feed_reader_is_taken(newsloom: Newsloom) -> None:
    (newsloom.folder / "reader.opml").write_text(
        '<opml version="1.0"><body><outline text="News">'
        '<outline text="The Town" type="rss" xmlUrl="http://a.example/f"/>'
        '<outline text="The Village" type="rss" xmlUrl="http://b.example/f" htmlUrl="http://b.example/"/></outline>'
        "</body></opml>"
    )
    newsloom("sources", "import", "reader.opml")
    assert entries(newsloom.folder) == [
        {"name": "The Town", "feeds": ["http://a.example/f"]},
        {"name": "The Village", "homepage": "http://b.example/", "feeds": ["http://b.example/f"]},
    ]


def test_a_file_that_is_no_opml_is_refused(newsloom: Newsloom) -> None:
    for text, expected in (
        ("<opml", "not well-formed XML"),
        ("<rss/>", "not an OPML file: expected the root element opml, found rss"),
        ("<opml><body/></opml>", "no feed found"),
        ('<opml><body><outline xmlUrl="file:///etc/passwd"/></body></opml>', "file:///etc/passwd"),
    ):
        (newsloom.folder / "bad.opml").write_text(text)
        said = newsloom("sources", "import", "bad.opml", code=2).stderr
        assert expected in said
        assert "Traceback" not in said


def test_a_stored_page_is_printed_as_it_was_fetched(newsloom: Newsloom) -> None:
    with served(newsloom, town_site(HOST, 1)):
        newsloom.sources(town_sources(HOST))
        newsloom("run")
    ((url,),) = newsloom.sql("SELECT url FROM articles")
    assert newsloom("page", url).stdout.encode() == article(1, HOST).body
    assert (
        "http://nowhere.example/: not found in the warehouse"
        in newsloom("page", "http://nowhere.example/", code=2).stderr
    )
