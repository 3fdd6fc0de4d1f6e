"""Pages broken by accident or on purpose give an `Article` or a `Rejection` in bounded time."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.extraction import Article, Rejection, RejectionReason, extract
from crawlers.extraction.page import MAX_ATTRIBUTES, MAX_ELEMENTS
from tests.rounds import ROUNDS

PAGES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "pages").glob("*.html"))}
URL = "https://paper.example/news/a-story-of-the-day"
STORY = b"<p>" + b"This is a sentence with quite a few words in it, and it goes on. " * 20 + b"</p>"
SLOWEST = 30.0
"""Seconds. Each page takes under five on a slow machine; quadratic work would take minutes."""


def is_sound(found: object) -> bool:
    if isinstance(found, Article):
        lines = found.text.split("\n")
        return (
            bool(found.title.strip())
            and all(line == line.strip() and line for line in lines)
            and bool(found.text.encode())
        )
    return isinstance(found, Rejection) and "\n" not in found.reason and bool(found.detail)


def mutated(page: bytes, chance: random.Random) -> bytes:
    body = bytearray(page)
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(body))
        end = min(len(body), start + chance.choice([1, 3, 40, 400]))
        match chance.randrange(5):
            case 0:
                del body[start:end]
            case 1:
                body[start:start] = body[start:end] * chance.choice([1, 2, 20])
            case 2:
                body[start:end] = chance.randbytes(end - start)
            case 3:
                other = chance.randrange(len(body))
                body[start:end] = body[other : other + end - start]
            case _:
                body[start:start] = chance.choice(
                    [b"<", b'"', b"</", b"<!--", b"]]>", b"<script>", b"\0", b"\\u", b"{", b"&#x", b"<table><p>"]
                )
        if not body:
            break
    return bytes(body)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_mutated_page_gives_an_article_or_a_rejection(name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    for _ in range(30):
        page = mutated(PAGES[name], chance)
        assert is_sound(extract(page, URL, http_charset=chance.choice([None, "latin-1", "utf-8", "gb2312"]))), page


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<html>", b"<html><body><p>", b"\xff\xfe"]),
    st.none() | st.text(max_size=12),
)
def test_any_bytes_give_an_article_or_a_rejection(body: bytes, start: bytes, http_charset: str | None) -> None:
    assert is_sound(extract(start + body, URL, http_charset=http_charset))


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_url_gives_an_article_or_a_rejection(url: str) -> None:
    assert is_sound(extract(b"<html><head><link rel=canonical href='//[x'></head><body>" + STORY, url))


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 1500 + STORY,
        b"<div>" * 100_000 + STORY,
        b"<table><tr><td>" * 20_000 + STORY,
        b'<p title="' + b"x" * 9_000_000 + b'">' + STORY,
        b"<h1>" + b"a - " * 500_000 + b"</h1>" + STORY,
        b"<" * 2_000_000 + STORY,
        b"<!--" * 1_000_000 + STORY,
        b'<script type="application/ld+json">' + b"[" * 1_000_000 + b"</script>" + STORY,
        b'<script type="application/ld+json">{' + b",  " * 1_000_000 + b"</script>" + STORY,
        b"<script>" + b'"\\' * 1_500_000 + b"</script>",
        b"<script>" + b'"' + b"\\u003cp>" * 500_000 + b'"' + b"</script>",
        b"<meta name=author content='Ada Park, Bo Lind'>" * 20_000 + STORY,
        b"<a href=x>link" * 30_000,
        b"<p>" + b"2020-" * 200_000 + b"</p>",
        b" " * 9_000_000 + STORY,
        b"<p>A sentence of words.</p>" * 300_000,
        b"<p>A sentence of words.</p>" * 29_000,
        b"<blockquote class='twitter-tweet'>a</blockquote>" * 20_000,
        b"<div><p>A sentence of words.</p>" * 1_000 + STORY,
        b"<h1>T</h1>"
        + b"<p><b>Ada Park</b></p><div class='lead'>A lead of fifty letters that is nowhere else.</div>" * 7_000,
        b"&#" + b"0" * 5_000_000 + STORY,
        b"<meta name=author content='" + b"Ada Park in " * 100_000 + b"'>" + STORY,
        b"<p " + b" ".join(b"a%d" % number for number in range(100_000)) + b">" + STORY,
        b"<p " + b" ".join(b'a%d=">"' % number for number in range(100_000)) + b">" + STORY,
        b"<p " + b"/".join(b"a%d" % number for number in range(100_000)) + b">" + STORY,
        b'<a "' * 1_000_000 + STORY,
        b"<script " * 500_000 + STORY,
        b"<script><" * 500_000 + STORY,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_page_designed_to_be_slow_takes_bounded_time(body: bytes) -> None:
    start = time.process_time()
    assert is_sound(extract(b"<html><head><title>Bait</title></head><body>" + body, URL))
    assert time.process_time() - start < SLOWEST


def test_an_article_truncated_by_the_nesting_limit_is_rejected() -> None:
    found = extract(b"<html><body>" + STORY + b"<div>" * 100_000 + STORY, URL)
    assert isinstance(found, Rejection)
    assert "Excessive depth" in found.detail


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<p>A word.</p>" * (MAX_ELEMENTS + 1), f"the limit is {MAX_ELEMENTS:,}"),
        (
            b"<p " + b" ".join(b"a%d" % n for n in range(MAX_ATTRIBUTES + 9000)) + b">",
            f"the limit is {MAX_ATTRIBUTES:,}",
        ),
        (b"<p " + b" ".join(b'a%d="<>"' % n for n in range(16_000)) + b">", "16,000 attributes; the limit is"),
    ],
)
def test_a_page_over_a_limit_is_too_large_and_the_detail_names_the_limit(body: bytes, detail: str) -> None:
    found = extract(b"<html><body>" + body + STORY, URL)
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.TOO_LARGE
    assert detail in found.detail


def test_a_stray_quote_does_not_join_the_following_elements() -> None:
    links = b"".join(b'<a href="/%d" class="link">go</a>\n' % n for n in range(9000))
    page = b'<html><body><p class="x"">An "old" pool</p>' + links + STORY
    assert isinstance(extract(page, URL), Article)


def test_comparisons_in_a_script_do_not_count_as_attributes() -> None:
    script = b"<script>var x = 1;" + b" if (a<b && c = d) e = 'f';" * 40_000 + b"</script>"
    assert isinstance(extract(b"<html><body>" + script + STORY, URL), Article)
