"""No crawl reaches a private address: real crawls with a stub resolver and a socket that counts connections."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pytest reads annotations

import pytest

from crawlers.archive import Kind, Outcome
from crawlers.plan.model import PlannedRequest, PlannedSource
from flows.demo.web import NewsWeb, ServedPage, Site
from tests.crawlers.politeness.network import PUBLIC, Listener, crawl
from tests.end_to_end.conftest import feed

HOST = "town.example"
PAGE = "/news/2026/a-report-from-the-town.html"
CLOSING = (("Connection", "close"),)


def source(url: str, *, private: bool = False, ports: tuple[int, ...] = (), name: str = "town") -> PlannedSource:
    return PlannedSource(name, 0.0, (PlannedRequest(url, Kind.FEED),), allow_private_addresses=private, ports=(*ports,))


def port_of(web: NewsWeb) -> int:
    return int(web.proxy_url.rsplit(":", 1)[1])


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_name_that_resolves_to_a_private_address_is_not_connected_to(tmp_path: Path, address: str) -> None:
    with Listener() as listener:
        url = f"http://inside.example:{listener.port}/feed.xml"
        names = {"inside.example": [address]}
        (fetch,) = crawl(tmp_path, source(url, ports=(listener.port,)), web=0, names=names)
        assert listener.reached == 0
    assert (fetch.outcome, fetch.reason) == (Outcome.SKIPPED, "forbidden_address")
    assert "127.0.0.1" in (fetch.detail or "")
    assert "allow_private_addresses = true" in (fetch.detail or "")


def test_a_source_that_allows_private_addresses_reaches_them(tmp_path: Path) -> None:
    with Listener() as listener:
        url = f"http://inside.example:{listener.port}/feed.xml"
        names = {"inside.example": ["127.0.0.1"]}
        crawl(tmp_path, source(url, ports=(listener.port,), private=True), web=0, names=names)
        assert listener.reached > 0


@pytest.mark.parametrize("cache", ["true", "false"])
def test_a_name_that_becomes_private_after_the_first_look_up_is_refused(tmp_path: Path, cache: str) -> None:
    """DNS rebinding: robots.txt and the feed come from a public address, then the name resolves to loopback."""
    with Listener() as listener:
        site = f"{HOST}:{listener.port}"
        pages = {
            "/robots.txt": ServedPage(b"", "text/plain", headers=CLOSING),
            "/feed.xml": ServedPage(feed(site, [PAGE]).body, "application/rss+xml", headers=CLOSING),
            PAGE: ServedPage(b"<p>public</p>", headers=CLOSING),
        }
        with NewsWeb([Site(HOST, pages), Site(site, pages)]) as web:
            log = crawl(
                tmp_path,
                source(f"http://{site}/feed.xml", ports=(listener.port,)),
                web=port_of(web),
                names={HOST: [PUBLIC, PUBLIC, "127.0.0.1"]},
                SETTINGS=f'{{"DNSCACHE_ENABLED": {cache}}}',
            )
        assert listener.reached == 0
    assert log[0].outcome is Outcome.FETCHED
    assert log[1].reason == (None if cache == "true" else "forbidden_address")


@pytest.mark.parametrize("proxy", [True, False], ids=["proxy", "direct"])
@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"])
def test_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path, host: str, proxy: bool) -> None:
    with Listener() as listener:
        location = f"http://{host}:{listener.port}/admin"
        away = ServedPage(b"", status=302, headers=(("Location", location),))
        with NewsWeb([Site(HOST, {"/feed.xml": feed(HOST, [PAGE]), PAGE: away})]) as web:
            log = crawl(
                tmp_path,
                source(f"http://{HOST}/feed.xml", ports=(listener.port,)),
                web=port_of(web),
                names={HOST: [PUBLIC], "localhost": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]},
                http_proxy=web.proxy_url if proxy else "",
            )
            assert {asked.host for asked in web.requests} == {HOST}
        assert listener.reached == 0
    assert [(fetch.outcome, fetch.reason) for fetch in log[1:]] == [(Outcome.SKIPPED, "forbidden_address")]


def test_a_redirect_to_a_name_with_a_private_address_is_not_followed(tmp_path: Path) -> None:
    with Listener() as listener:
        away = ServedPage(b"", status=302, headers=(("Location", f"http://inside.example:{listener.port}/"),))
        with NewsWeb([Site(HOST, {"/feed.xml": feed(HOST, [PAGE]), PAGE: away})]) as web:
            log = crawl(
                tmp_path,
                source(f"http://{HOST}/feed.xml", ports=(listener.port,)),
                web=port_of(web),
                names={HOST: [PUBLIC], "inside.example": ["127.0.0.1"]},
            )
        assert listener.reached == 0
    assert [(fetch.outcome, fetch.reason) for fetch in log[1:]] == [(Outcome.SKIPPED, "forbidden_address")]


def test_a_private_redirect_of_robots_txt_is_not_followed_and_the_pages_wait(tmp_path: Path) -> None:
    with Listener() as listener:
        away = ServedPage(b"", status=302, headers=(("Location", f"http://127.0.0.1:{listener.port}/robots.txt"),))
        with NewsWeb([Site(HOST, {"/feed.xml": feed(HOST, [PAGE]), "/robots.txt": away})]) as web:
            log = crawl(
                tmp_path,
                source(f"http://{HOST}/feed.xml", ports=(listener.port,)),
                web=port_of(web),
                names={HOST: [PUBLIC]},
            )
        assert listener.reached == 0
    assert [(fetch.outcome, fetch.reason) for fetch in log] == [(Outcome.SKIPPED, "robots_unreachable")]


def test_a_connection_for_a_private_source_never_serves_another_source(tmp_path: Path) -> None:
    inside = "inside.example"
    with NewsWeb([]) as private:
        port = port_of(private)
        there = f"{inside}:{port}"
        pages = {
            "/feed.xml": feed(there, [PAGE]),
            PAGE: ServedPage(b"<p>secret</p>"),
            "/robots.txt": ServedPage(b"", "text/plain"),
        }
        private.publish(Site(there, pages))
        private.publish(Site(inside, pages))
        with NewsWeb([Site(HOST, {"/feed.xml": feed(there, [PAGE.replace("report", "secret")])})]) as web:
            log = crawl(
                tmp_path,
                source(f"http://{there}/feed.xml", ports=(port,), private=True, name="intranet"),
                source(f"http://{HOST}/feed.xml", ports=(port,), name="hostile"),
                web=port_of(web),
                names={HOST: [PUBLIC], inside: ["127.0.0.1"]},
            )
    pages_of = {fetch.source: (fetch.outcome, fetch.reason) for fetch in log if fetch.kind is Kind.PAGE}
    assert pages_of == {
        "intranet": (Outcome.FETCHED, None),
        "hostile": (Outcome.SKIPPED, "forbidden_address"),
    }
