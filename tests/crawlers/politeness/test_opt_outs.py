"""Which pages opt out of text and data mining, and that the crawl leaves them out if it is told to."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Outcome, sealed_segments
from crawlers.politeness.opt_outs import opt_out
from tests.crawlers.politeness.scripted import ROBOTS_MISSING, Answer, Scripted
from tests.crawlers.politeness.test_polite import HOST, pages, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("TDM-Reservation", " 1 ", "header tdm-reservation is 1"),
        ("tdm-reservation", "0", None),
        ("tdm-reservation", "2", None),
        ("tdm-policy", "https://town.example/policy.json", None),
        ("X-Robots-Tag", "noindex, NoAI", "header X-Robots-Tag has noai"),
        ("X-Robots-Tag", "newsloom: nosnippet, noai", "header X-Robots-Tag has noai"),
        ("X-Robots-Tag", "max-snippet: 20, noai", "header X-Robots-Tag has noai"),
        ("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 PST, noai", "header X-Robots-Tag has noai"),
        ("X-Robots-Tag", "otherbot: noindex, noai", None),
        ("X-Robots-Tag", "otherbot: noai, newsloom: noai", "header X-Robots-Tag has noai"),
        ("X-Robots-Tag", "noindex, noimageai", None),
    ],
)
def test_headers_opt_out(header: str, value: str, found: str | None) -> None:
    assert opt_out([("Content-Type", "text/html"), (header, value)], b"<p>Words.</p>") == found


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<head><meta name="tdm-reservation" content="1"></head>', '<meta name="tdm-reservation"> is 1'),
        ("<META CONTENT='noindex, NOAI' NAME=Robots>", '<meta name="robots"> has noai'),
        ('<meta name="newsloom" content="noai">', '<meta name="robots"> has noai'),
        ('<meta name="googlebot" content="noai">', None),
        ('<meta name="description" content="noai">', None),
        ('<!-- <meta name="robots" content="noai"> -->', None),
        ('<script>"<meta name=robots content=noai>"</script>', None),
        ("", None),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_meta_elements_opt_out(page: str, found: str | None, charset: str) -> None:
    assert opt_out([], page.encode(charset)) == found


def test_what_the_page_reserves_counts_more_than_the_header() -> None:
    metas = {value: f'<meta name="tdm-reservation" content="{value}">'.encode() for value in ("0", "1", "yes")}
    assert opt_out([("tdm-reservation", "1")], metas["0"]) is None
    assert opt_out([("tdm-reservation", "0")], metas["1"]) is not None
    assert opt_out([("tdm-reservation", "1")], metas["yes"]) is not None


@pytest.mark.parametrize("piece", ["<a>", "<meta ", "<!--", "<table>", "&", "<i><p>", "<meta name=robots>", "%d "])
def test_a_hostile_page_takes_no_longer_than_another(piece: str) -> None:
    body = "".join(piece % n if "%" in piece else piece for n in range((1 << 20) // len(piece))).encode()
    begun = time.process_time()
    opt_out([], b"<meta " + body)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("respected", [True, False])
def test_a_page_that_opts_out_is_neither_kept_nor_asked_for_again_where_that_is_respected(
    tmp_path: Path, respected: bool
) -> None:
    script = {
        **ROBOTS_MISSING,
        "/header": [Answer(headers=(("tdm-reservation", "1"), ("Content-Type", "text/html")))],
        "/page": [Answer(gzip.compress(b"<meta name=robots content=noai>"), headers=(("Content-Encoding", "gzip"),))],
        "/free": [Answer()],
    }
    with Scripted(script) as web:
        log = run(tmp_path, web, replace(pages("/header", "/page", "/free"), respect_opt_outs=respected))
    outcomes = {fetch.url.removeprefix(f"http://{HOST}"): (fetch.outcome, fetch.reason) for fetch in log}
    left_out = (Outcome.SKIPPED, "opted_out") if respected else (Outcome.FETCHED, None)
    assert outcomes == {"/header": left_out, "/page": left_out, "/free": (Outcome.FETCHED, None)}
    (segment,) = sealed_segments(tmp_path / "archive")
    stored = [segment.read(fetch.offset).url for fetch in segment.fetches() if fetch.offset is not None]
    assert len(stored) == (1 if respected else 3)
