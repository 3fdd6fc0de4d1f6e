"""The special cases of the demo's newspapers, and what its second edition changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
import urllib.error
import urllib.request
from collections import Counter

import pytest
import trafilatura

from flows.demo import sites
from flows.demo.newspapers import paragraphs_of
from flows.demo.web import NewsWeb, ServedPage


def page_at(url: str, edition: int = 1) -> ServedPage:
    page = sites.demo_page(url, edition)
    assert page is not None, url
    return page


def article(url: str, edition: int = 1) -> sites.DemoArticle:
    return next(article for article in sites.demo_articles(edition) if article.url == url)


def of_kind(kind: str, edition: int) -> list[sites.DemoArticle]:
    return [article for article in sites.demo_articles(edition) if article.kind == kind]


def text_of(url: str, edition: int = 1) -> str:
    text = trafilatura.extract(page_at(url, edition).body, url=url, include_comments=False)
    assert text is not None
    return text


def json_ld(url: str, edition: int = 1) -> dict[str, object]:
    found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', page_at(url, edition).body, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    return next((part for part in data.get("@graph", [data]) if part["@type"] == "NewsArticle"), {})


def test_stories_are_long_enough_to_read() -> None:
    for written in of_kind("article", 2):
        assert 5 <= len(written.paragraphs) <= 9, written.url
        assert 250 <= len(written.text.split()) <= 500, written.url
        assert written.published_at.utcoffset() is not None
        assert written.published_at.year == 2026
        assert unicodedata.is_normalized("NFC", written.text)


def test_the_number_of_pages() -> None:
    assert Counter(found.kind for found in sites.demo_articles(1)) == {
        "article": 17,
        "duplicate": 1,
        "paywall": 1,
        "no-article": 1,
    }
    assert len(sites.demo_articles(2)) == len(sites.demo_articles(1)) + 1
    assert {found.language for found in sites.demo_articles(1)} == {"en", "de", "es"}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_makes_the_same_bytes(seed: str) -> None:
    script = (
        "from flows.demo.sites import demo_sites\n"
        "import hashlib\n"
        "print(hashlib.sha256(repr(demo_sites(2)).encode()).hexdigest())"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"}
    made = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)
    assert made.stdout.strip() == hashlib.sha256(repr(sites.demo_sites(2)).encode()).hexdigest()


def test_there_is_no_third_edition() -> None:
    with pytest.raises(ValueError, match="edition 3"):
        sites.demo_sites(3)


def test_second_edition_changes_only_its_own_stories() -> None:
    changed = set()
    for first, second in zip(sites.demo_sites(1), sites.demo_sites(2), strict=True):
        changed |= {
            f"http://{second.host}{path}" for path, page in second.pages.items() if first.pages.get(path) != page
        }
    static_pages = {found.url for found in sites.demo_articles(2)}
    assert changed & static_pages == {sites.EDITED, sites.ADDED}
    assert {url for url in changed if "nordblatt" in url or "kestrel" in url} == set()


def test_changed_pages_have_new_validators() -> None:
    for first, second in zip(sites.demo_sites(1), sites.demo_sites(2), strict=True):
        for path in first.pages.keys() & second.pages.keys():
            old, new = first.pages[path], second.pages[path]
            if old != new:
                assert old.last_modified is not None
                assert new.last_modified is not None
                assert old.last_modified < new.last_modified, path


def test_syndicated_story_has_two_paragraphs_less_and_one_more() -> None:
    wire, syndicated = article(sites.WIRE), article(sites.SYNDICATED)
    assert wire.title != syndicated.title
    assert len(set(wire.paragraphs) - set(syndicated.paragraphs)) == 2
    assert len(set(syndicated.paragraphs) - set(wire.paragraphs)) == 1
    kept = [text for text in wire.paragraphs if text in syndicated.paragraphs]
    assert kept == [text for text in syndicated.paragraphs if text in wire.paragraphs]


def test_own_words_share_the_event_and_not_the_sentences() -> None:
    def shingles(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[start:] for start in range(5)), strict=False))

    wire, own = article(sites.WIRE), article(sites.OWN_WORDS)
    assert "Lady Anselm" in own.text
    assert "Gannet Sands" in own.text
    assert len(shingles(wire.text) & shingles(own.text)) <= 3
    assert article(sites.SYNDICATED).source == own.source


def test_print_url_has_the_identical_text_and_no_canonical_link() -> None:
    assert article(sites.PRINT).kind == "duplicate"
    assert article(sites.PRINT).paragraphs == article(sites.PRINTED).paragraphs
    assert text_of(sites.PRINT) == text_of(sites.PRINTED)
    assert b"canonical" not in page_at(sites.PRINT).body
    assert b"og:url" not in page_at(sites.PRINT).body
    feed = page_at("http://harbour-courier.example/feed.xml").body
    assert sites.PRINT.encode() in feed
    assert sites.PRINTED.encode() in feed


def test_edited_story_gets_a_headline_a_paragraph_and_a_later_date() -> None:
    before, after = article(sites.EDITED, 1), article(sites.EDITED, 2)
    assert before.title != after.title
    assert before.modified_at is None
    assert after.modified_at is not None
    assert after.modified_at > after.published_at == before.published_at
    (added,) = set(after.paragraphs) - set(before.paragraphs)
    assert [text for text in after.paragraphs if text != added] == list(before.paragraphs)
    assert json_ld(sites.EDITED, 2)["dateModified"] == after.modified_at.isoformat()
    assert added in text_of(sites.EDITED, 2)


def test_added_story_is_not_in_the_first_edition() -> None:
    assert sites.ADDED not in [found.url for found in sites.demo_articles(1)]
    assert sites.demo_page(sites.ADDED, 1) is None
    assert article(sites.ADDED, 2).kind == "article"
    assert sites.ADDED.encode() in page_at("http://faro-del-sur.example/rss", 2).body


def test_paywall_stub_declares_it_and_has_two_sentences() -> None:
    stub = article(sites.PAYWALL)
    assert stub.kind == "paywall"
    assert json_ld(sites.PAYWALL)["isAccessibleForFree"] is False
    assert json_ld(sites.WIRE)["isAccessibleForFree"] is True
    assert len(re.findall(r"[.!?](?: |$)", stub.text)) == 2
    assert b"Subscribe to continue reading" in page_at(sites.PAYWALL).body


def test_gallery_is_listed_and_has_hardly_any_text() -> None:
    gallery = article(sites.GALLERY)
    assert gallery.kind == "no-article"
    assert sites.GALLERY.encode() in page_at("http://nordblatt.example/feed/atom").body
    assert len(gallery.text.split()) < 15
    assert "NewsArticle" not in page_at(sites.GALLERY).body.decode()


def test_dead_link_is_listed_and_not_found() -> None:
    assert sites.DEAD.encode() in page_at("http://harbour-courier.example/feed.xml").body
    assert sites.demo_page(sites.DEAD, 1) is None


def test_both_editions_are_served_over_the_wire() -> None:
    with NewsWeb(sites.demo_sites(1)) as web:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": web.proxy_url}))

        def status(url: str, etag: str = "") -> int:
            try:
                with opener.open(urllib.request.Request(url, headers={"If-None-Match": etag})) as response:
                    return int(response.status)
            except urllib.error.HTTPError as error:
                with error:
                    return error.code

        urls = [sites.WIRE, sites.PRINT, sites.EDITED, sites.ADDED, sites.DEAD]
        assert [status(url) for url in urls] == [200, 200, 200, 404, 404]
        for second in sites.demo_sites(2):
            web.publish(second)
        etags = [page_at(url, 1).etag for url in urls[:3]]
        assert [status(url, etag) for url, etag in zip(urls, etags, strict=False)] == [304, 304, 200]
        assert [status(url) for url in urls[3:]] == [200, 404]


def test_only_empty_lines_separate_paragraphs() -> None:
    assert paragraphs_of("\nOne\ntwo.\n\nThree.\n") == ("One two.", "Three.")
