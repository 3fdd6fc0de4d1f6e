"""What a run asks of sources over time: one story under many addresses, long sitemaps, windows, feeds that rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flows.demo.web import NewsWeb, ServedPage, Site
from tests.end_to_end.conftest import Newsloom, article, feed, town_site, town_sources

HOST = "town.example"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def asked_pages(web: NewsWeb, host: str = HOST) -> list[str]:
    return [asked.path for asked in web.requests if asked.host == host and asked.path.startswith("/news")]


def test_a_story_under_many_addresses_is_one_article_and_none_of_them_is_asked_again(newsloom: Newsloom) -> None:
    slugs = [f"/news/the-ferry-that-ran-aground-told-anew-{number}" for number in range(30)]
    page = article(1)
    told = page.body.replace(b"<head>", f'<head><link rel="canonical" href="http://{HOST}{slugs[7]}">'.encode())
    moved = ServedPage(b"", status=301, headers=(("Location", slugs[7]),))
    pages = {slug: moved if number % 2 else ServedPage(told) for number, slug in enumerate(slugs)}
    pages[slugs[7]] = ServedPage(told)
    with NewsWeb([Site(HOST, {"/feed.xml": feed(HOST, slugs), **pages})]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(HOST))
        newsloom("run")
        assert newsloom.sql("SELECT url, versions FROM articles") == [[f"http://{HOST}{slugs[7]}", "1"]]
        assert newsloom.sql("SELECT count(DISTINCT url), any_value(kind) FROM aliases") == [["29", "same_address"]]
        web.reset()
        web.publish(Site(HOST, {"/feed.xml": feed(HOST, list(reversed(slugs))), **pages}))
        newsloom("run")
        assert asked_pages(web) == []


def dated_sitemap(host: str, days: dict[str, datetime]) -> ServedPage:
    rows = "".join(
        f"<url><loc>http://{host}{path}</loc><lastmod>{day:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
        for path, day in days.items()
    )
    return ServedPage(f"<urlset {NAMESPACE}>{rows}</urlset>".encode(), "application/xml")


def test_a_long_sitemap_gives_its_newest_first_and_keeps_neither_others_nor_fresh_ones_waiting(
    newsloom: Newsloom,
) -> None:
    now = datetime.now(UTC)
    days = {f"/news/report-of-the-day-number-{number}": now - timedelta(days=3000 - number) for number in range(3000)}
    paths = list(days)
    pages = {path: article(number) for number, path in enumerate([*paths[-10:], "/news/a-fresh-report-of-today"])}
    asks = 'sitemaps = ["http://{host}/sitemap.xml"]\nfeeds = ["http://{host}/feed.xml"]\nlimit = 4'
    with NewsWeb([Site(HOST, {"/sitemap.xml": dated_sitemap(HOST, days), **pages}), town_site("b.example", 3)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(
            town_sources(HOST, asks=asks) + '[[source]]\nname = "b"\nfeeds = ["http://b.example/feed.xml"]'
        )
        newsloom("run")
        assert asked_pages(web) == list(reversed(paths))[:4]
        assert newsloom.sql("SELECT count(*) FROM articles WHERE source = 'b'") == [["3"]]
        web.reset()
        fresh = feed(HOST, ["/news/a-fresh-report-of-today"])
        web.publish(Site(HOST, {"/feed.xml": fresh, "/sitemap.xml": dated_sitemap(HOST, days), **pages}))
        newsloom("run")
        assert asked_pages(web) == ["/news/a-fresh-report-of-today", *list(reversed(paths))[4:7]]


def test_what_is_outside_of_a_sources_window_is_not_asked_for_and_said_so(newsloom: Newsloom) -> None:
    days = {f"/news/a-report-of-march-{day}": datetime(2026, 3, day, 9, tzinfo=UTC) for day in range(1, 9)}
    pages = {path: article(number) for number, path in enumerate(days)}
    asks = 'sitemaps = ["http://{host}/sitemap.xml"]\nsince = 2026-03-03\nuntil = 2026-03-05'
    with NewsWeb([Site(HOST, {"/sitemap.xml": dated_sitemap(HOST, days), **pages})]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(HOST, asks=asks))
        newsloom("run")
        assert asked_pages(web) == [f"/news/a-report-of-march-{day}" for day in (5, 4, 3)]
    assert newsloom.sql("SELECT last_detail FROM feeds") == [["left out: 2 before 2026-03-03, 3 after 2026-03-05"]]


def test_of_an_index_only_the_sitemaps_that_changed_are_asked_for_again(newsloom: Newsloom) -> None:
    day = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def index(changed: dict[str, datetime]) -> ServedPage:
        rows = "".join(
            f"<sitemap><loc>http://{HOST}{path}</loc><lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod></sitemap>"
            for path, at in changed.items()
        )
        return ServedPage(f"<sitemapindex {NAMESPACE}>{rows}</sitemapindex>".encode(), "application/xml")

    def site(*, later: bool) -> Site:
        parts = {f"/part-{number}.xml": day + timedelta(days=number) for number in range(5)}
        maps = {path: dated_sitemap(HOST, {f"/news/a-report-in{path[:-4]}": at}) for path, at in parts.items()}
        if later:
            parts["/part-3.xml"] = datetime.now(UTC) + timedelta(minutes=1)
            new = {"/news/a-report-in/part-3": day, "/news/one-report-more-in-three": datetime.now(UTC)}
            maps["/part-3.xml"] = dated_sitemap(HOST, new)
        texts = {f"/news/a-report-in{path[:-4]}": article(number) for number, path in enumerate(parts)}
        texts["/news/one-report-more-in-three"] = article(9)
        return Site(HOST, {"/index.xml": index(parts), **maps, **texts})

    with NewsWeb([site(later=False)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(HOST, asks='sitemaps = ["http://{host}/index.xml"]'))
        newsloom("run")
        maps = [asked.path for asked in web.requests if asked.path.endswith(".xml")]
        assert maps == ["/index.xml", *(f"/part-{number}.xml" for number in (4, 3, 2, 1, 0))]
        web.reset()
        web.publish(site(later=True))
        newsloom("run")
        assert [asked.path for asked in web.requests if asked.path.endswith(".xml")] == ["/index.xml", "/part-3.xml"]
        assert asked_pages(web) == ["/news/one-report-more-in-three"]


def test_a_feed_that_is_not_due_is_not_asked_for_and_a_server_without_validators_is_read_once(
    newsloom: Newsloom,
) -> None:
    site = town_site(HOST, 2)
    bare = ServedPage(site.pages["/feed.xml"].body, "application/rss+xml", headers=(("ETag", ""),))
    with NewsWeb([Site(HOST, {**site.pages, "/feed.xml": bare})]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(HOST))
        newsloom("run")
        newsloom("run")
        looks = newsloom.sql(
            "SELECT status, outcome, warc_offset IS NULL FROM fetches WHERE kind = 'feed' ORDER BY fetched_at"
        )
        assert looks == [["200", "listed", "false"], ["200", "unchanged", "true"]], "the same bytes are no change"
        assert "<rss" in newsloom("page", f"http://{HOST}/feed.xml").stdout
        newsloom.sources(town_sources(HOST).replace("delay = 0", "delay = 0\npoll_minutes = [60, 60]"))
        newsloom("run")
        web.reset()
        said = newsloom("run").stdout
        assert web.requests == []
        assert "listings: none requested" in said
    assert newsloom.sql("SELECT poll_minutes, due_at > now() FROM feeds") == [["60.0", "true"]]


def test_a_parameter_that_never_changes_a_page_costs_no_second_request(newsloom: Newsloom) -> None:
    paths = [f"/news/2026/report-number-{number}-from-the-town.html" for number in range(1, 7)]

    def site(*urls: str) -> Site:
        pages = {}
        for url in urls:
            path = url.partition("?")[0]
            text = article(int(path.split("-")[2])).body.decode()
            link = f'<head><link rel="canonical" href="http://{HOST}{path}">'
            pages[url] = ServedPage(text.replace("<head>", link).encode())
        return Site(HOST, {"/feed.xml": feed(HOST, list(urls)), **pages})

    first = [f"{path}?pos={place}" for path in paths[:5] for place in ("top", "left")]
    second = [f"{path}?pos=right" for path in paths[:5]]
    new = [f"{paths[5]}?pos=top", f"{paths[5]}?pos=left"]
    with NewsWeb([site(*first)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(HOST))
        newsloom("run")
        assert sorted(asked_pages(web)) == sorted(first)
        web.reset()
        web.publish(site(*second, *new))
        newsloom("run")
        assert asked_pages(web) == new[:1]
        said = newsloom("explain", f"http://{HOST}{second[0]}").stdout
        assert "parameter pos: ignored, because 5 pages had the same text" in said
        web.reset()
        web.publish(site(*new, *second))
        newsloom.sources(town_sources(HOST) + 'keep_parameters = ["pos"]\n')
        newsloom("run")
        assert sorted(asked_pages(web)) == sorted([*second, new[1]])
    counts = "SELECT pages, counterexamples, is_kept, is_ignored FROM url_parameters"
    assert newsloom.sql(counts) == [["5", "0", "true", "false"]]
