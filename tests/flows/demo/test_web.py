"""The loopback news web, over real sockets."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from flows.demo.web import NewsWeb, ServedPage, Site, is_unchanged, without_tracking

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGED = datetime(2026, 2, 9, 18, 40, 0, 700_000, tzinfo=timezone(timedelta(hours=1)))
FRONT = ServedPage("<p>Grüße vom Kai</p>".encode())
STORY = ServedPage(b"<p>A story</p>", last_modified=CHANGED)
SITE = Site("courier.example", {"/": FRONT, "/story": STORY, "/print?id=7": ServedPage(b"<p>Print</p>")})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def web() -> Iterator[NewsWeb]:
    with NewsWeb([SITE]) as web:
        yield web


def connect(web: NewsWeb) -> http.client.HTTPConnection:
    parts = urlsplit(web.proxy_url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)


def dial(web: NewsWeb) -> socket.socket:
    parts = urlsplit(web.proxy_url)
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


def ask(web: NewsWeb, target: str, method: str = "GET", **headers: str) -> Answer:
    """One request; an absolute target is what a client sends to a proxy. `_` in a header's name stands for `-`."""
    with closing(connect(web)) as connection:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        with connection.getresponse() as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, response.read())


def test_answers_a_client_that_uses_it_as_a_proxy(web: NewsWeb) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": web.proxy_url}))
    with opener.open("http://courier.example/story") as response:
        assert response.status == 200
        assert response.read() == STORY.body
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("host", ["courier.example", "Courier.Example", "courier.example:80"])
def test_answers_by_host_header(web: NewsWeb, host: str) -> None:
    assert ask(web, "/", Host=host).body == FRONT.body


def test_absolute_target_without_a_path_is_the_front_page(web: NewsWeb) -> None:
    assert ask(web, "http://courier.example").body == FRONT.body


@pytest.mark.parametrize("target", ["http://courier.example/none", "http://elsewhere.example/", "/"])
def test_unknown_path_or_host_is_not_found(web: NewsWeb, target: str) -> None:
    assert ask(web, target).status == 404


def test_invalid_target_is_a_bad_request(web: NewsWeb) -> None:
    with closing(dial(web)) as client:
        client.sendall(b"GET http://[oops/ HTTP/1.1\r\nHost: courier.example\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_tunnels_are_refused(web: NewsWeb) -> None:
    assert ask(web, "courier.example:443", "CONNECT").status == 501


def test_one_connection_carries_several_requests(web: NewsWeb) -> None:
    with closing(connect(web)) as connection:
        sockets = []
        for path, status in (("/story", 200), ("/none", 404), ("/", 200)):
            connection.request("GET", path, headers={"Host": "courier.example"})
            sockets.append(connection.sock)
            with connection.getresponse() as response:
                response.read()
                assert response.status == status
    assert sockets[0] is not None
    assert all(used is sockets[0] for used in sockets)


@pytest.mark.parametrize("path", ["/story?utm_source=rss&UTM_Medium=feed", "/print?utm_source=rss&id=7", "/print?id=7"])
def test_tracking_parameters_find_the_page_without_them(web: NewsWeb, path: str) -> None:
    assert ask(web, f"http://courier.example{path}").status == 200


def test_other_parameters_name_another_page(web: NewsWeb) -> None:
    assert ask(web, "http://courier.example/story?page=2").status == 404
    assert ask(web, "http://courier.example/print?id=8&utm_source=rss").status == 404


def test_page_with_its_own_tracking_parameters_wins(web: NewsWeb) -> None:
    web.publish(Site("courier.example", {"/a": ServedPage(b"plain"), "/a?utm_source=x": ServedPage(b"tracked")}))
    assert ask(web, "http://courier.example/a?utm_source=x").body == b"tracked"


def test_without_tracking_leaves_no_bare_question_mark() -> None:
    assert without_tracking("/a?utm_source=x") == "/a"
    assert without_tracking("/a?b=1&utm_source=x&c=") == "/a?b=1&c="


def test_validators_are_sent(web: NewsWeb) -> None:
    answer = ask(web, "http://courier.example/story")
    assert answer.headers["last-modified"] == "Mon, 09 Feb 2026 17:40:00 GMT"
    assert answer.headers["etag"] == STORY.etag
    assert "last-modified" not in ask(web, "http://courier.example/").headers


def test_both_validators_give_not_modified_over_the_wire(web: NewsWeb) -> None:
    first = ask(web, "http://courier.example/story")
    by_tag = ask(web, "http://courier.example/story", If_None_Match=first.headers["etag"])
    by_date = ask(web, "http://courier.example/story", If_Modified_Since=first.headers["last-modified"])
    for answer in (by_tag, by_date):
        assert answer.status == 304
        assert answer.body == b""
        assert answer.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("headers", "unchanged"),
    [
        ({}, False),
        ({"if-none-match": STORY.etag}, True),
        ({"if-none-match": f'"other", W/{STORY.etag}'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"other"'}, False),
        ({"if-none-match": '"other"', "if-modified-since": "Mon, 09 Feb 2026 17:40:00 GMT"}, False),
        ({"if-modified-since": "Mon, 09 Feb 2026 17:39:59 GMT"}, False),
        ({"if-modified-since": "Mon, 09 Feb 2026 17:40:00 GMT"}, True),
        ({"if-modified-since": "Mon, 09 Feb 2026 17:40:00 -0000"}, True),
        ({"if-modified-since": "yesterday"}, False),
    ],
)
def test_which_validators_hold(headers: dict[str, str], unchanged: bool) -> None:
    assert is_unchanged(STORY, headers) is unchanged


def test_only_a_page_that_is_there_can_be_unchanged() -> None:
    assert not is_unchanged(ServedPage(b"gone", status=410), {"if-none-match": "*"})


def test_changed_body_changes_the_etag(web: NewsWeb) -> None:
    etag = ask(web, "http://courier.example/story").headers["etag"]
    web.publish(Site("courier.example", {"/story": ServedPage(b"<p>Another story</p>")}))
    answer = ask(web, "http://courier.example/story", If_None_Match=etag)
    assert (answer.status, answer.body) == (200, b"<p>Another story</p>")


def test_head_is_the_answer_without_its_body(web: NewsWeb) -> None:
    full, head = (ask(web, "http://courier.example/story", method) for method in ("GET", "HEAD"))
    assert head.body == b""
    assert head.headers["content-length"] == str(len(STORY.body))
    assert head.headers["etag"] == full.headers["etag"]


def test_site_without_robots_gets_a_usual_one(web: NewsWeb) -> None:
    answer = ask(web, "http://courier.example/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.body == b"User-agent: *\nDisallow: /private/\nSitemap: http://courier.example/sitemap.xml\n"


def test_site_with_its_own_robots_keeps_it(web: NewsWeb) -> None:
    web.publish(Site("own.example", {"/robots.txt": ServedPage(b"User-agent: *\nDisallow: /\n", "text/plain")}))
    assert ask(web, "http://own.example/robots.txt").body == b"User-agent: *\nDisallow: /\n"


def test_headers_of_a_page_are_added_replace_and_remove(web: NewsWeb) -> None:
    headers = (("etag", ""), ("Content-Type", "text/plain"), ("Location", "http://courier.example/"))
    web.publish(Site("own.example", {"/": ServedPage(b"x", status=301, headers=headers)}))
    answer = ask(web, "http://own.example/", If_None_Match="*")
    assert answer.status == 301
    assert answer.headers["location"] == "http://courier.example/"
    assert answer.headers["content-type"] == "text/plain"
    assert "etag" not in answer.headers


def test_requests_are_recorded(web: NewsWeb) -> None:
    before = datetime.now(UTC)
    ask(web, "http://courier.example/story?utm_source=rss", "HEAD", User_Agent="newsloom")
    ask(web, "http://nowhere.example/")
    first, second = web.requests
    assert (first.method, first.host, first.status) == ("HEAD", "courier.example", 200)
    assert first.path == "/story?utm_source=rss"
    assert first.headers["user-agent"] == "newsloom"
    assert before <= first.at <= second.at
    assert (second.host, second.path, second.status) == ("nowhere.example", "/", 404)
    web.reset()
    assert web.requests == []


def test_record_is_a_copy(web: NewsWeb) -> None:
    web.requests.append(None)  # type: ignore[arg-type]
    assert web.requests == []


def test_publish_leaves_other_hosts_alone(web: NewsWeb) -> None:
    web.publish(Site("second.example", {"/": ServedPage(b"second")}))
    assert ask(web, "http://second.example/").body == b"second"
    assert ask(web, "http://courier.example/").body == FRONT.body


def test_reset_page_aborts_the_connection(web: NewsWeb) -> None:
    web.publish(Site("rude.example", {"/": ServedPage(b"never sent", reset=True)}))
    with closing(dial(web)) as client:
        client.sendall(b"GET http://rude.example/ HTTP/1.1\r\nHost: rude.example\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    assert [asked.status for asked in web.requests] == [0]


def test_slow_page_holds_up_neither_others_nor_the_end() -> None:
    with (
        NewsWeb([SITE, Site("slow.example", {"/": ServedPage(b"late", delay=3600)})]) as web,
        closing(dial(web)) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost: slow.example\r\n\r\n")
        while not web.requests:
            time.sleep(0.01)
        assert ask(web, "http://courier.example/").status == 200


def test_delayed_page_arrives_after_its_delay(web: NewsWeb) -> None:
    web.publish(Site("slow.example", {"/": ServedPage(b"late", delay=0.2)}))
    answer = ask(web, "http://slow.example/")
    assert answer.body == b"late"
    assert datetime.now(UTC) - web.requests[0].at >= timedelta(seconds=0.2)


def test_clients_that_hang_up_cause_no_output(capfd: pytest.CaptureFixture[str]) -> None:
    big = Site("big.example", {"/": ServedPage(b"x" * 20_000_000)})
    with NewsWeb([big]) as web:
        for request in (b"", b"GET http://big.exa", b"GET http://big.example/ HTTP/1.1\r\nHost: big.example\r\n\r\n"):
            with closing(dial(web)) as client:
                client.sendall(request)
                if request.endswith(b"\r\n\r\n"):
                    client.recv(1)
        assert ask(web, "http://big.example/").status == 200
    assert capfd.readouterr() == ("", "")


def test_closing_ends_idle_connections_and_their_threads() -> None:
    before = set(threading.enumerate())
    with NewsWeb([SITE]) as web:
        port = urlsplit(web.proxy_url).port
        connections = [connect(web) for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/", headers={"Host": "courier.example"})
            with connection.getresponse() as response:
                response.read()
        assert len(set(threading.enumerate()) - before) == 6
    assert not set(threading.enumerate()) - before
    for connection in connections:
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_it_has_no_url_while_it_is_closed() -> None:
    web = NewsWeb([SITE])
    with pytest.raises(RuntimeError, match="before it is open"):
        _ = web.proxy_url
    with web:
        assert web.proxy_url.startswith("http://127.0.0.1:")
    with pytest.raises(RuntimeError):
        _ = web.proxy_url


def test_two_webs_live_side_by_side() -> None:
    sites = [Site("a.example", {"/": ServedPage(body)}) for body in (b"one", b"two")]
    with NewsWeb(sites[:1]) as one, NewsWeb(sites[1:]) as two:
        assert ask(one, "http://a.example/").body == b"one"
        assert ask(two, "http://a.example/").body == b"two"
