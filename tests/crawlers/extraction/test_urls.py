"""The canonical URL of an article, and URLs on its page."""

from __future__ import annotations

import pytest

from crawlers.extraction.urls import canonical_url, resolve_http_url
from tests.crawlers.extraction.statements import ASKED, meta, page_of


@pytest.mark.parametrize(
    ("canonical", "url", "expected"),
    [
        ("/news/2025/a-long-story-of-the-day", ASKED + "?page=2", ASKED),
        (
            "https://paper.example/news/2025/a-long-story-of-the-day",
            ASKED,
            "https://paper.example/news/2025/a-long-story-of-the-day",
        ),
        ("http://www.paper.example/news/2025/a-long-story-of-the-day", ASKED, ASKED),
        (ASKED, ASKED + "/amp", ASKED),
        (ASKED, ASKED + "/page/2", ASKED),
        ("https://www.paper.example/short-form-of-it-71234", ASKED, "https://www.paper.example/short-form-of-it-71234"),
        ("https://www.paper.example/", ASKED, ASKED),
        ("https://www.paper.example/news", ASKED, ASKED),
        ("https://www.paper.example/news/2025", ASKED, ASKED),
        ("https://other.example/news/2025/a-long-story-of-the-day", ASKED, ASKED),
        ("javascript:void(0)", ASKED, ASKED),
        ("https://[broken/x", ASKED, ASKED),
        ("", ASKED, ASKED),
    ],
)
def test_the_canonical_link_applies_if_it_is_plausible(canonical: str, url: str, expected: str) -> None:
    assert canonical_url(page_of(f'<link rel="canonical" href="{canonical}">', url=url)) == expected


def test_og_url_applies_without_a_canonical_link() -> None:
    assert canonical_url(page_of(meta("og:url", ASKED), url=ASKED + "/amp")) == ASKED


@pytest.mark.parametrize(
    "value",
    [None, "", "data:image/png;base64,AAAA", "http://", "https://a b/c", "https://[1/x", "https://a.example/\ud800"],
)
def test_a_url_that_is_not_http_is_skipped(value: str | None) -> None:
    assert resolve_http_url(value, ASKED) is None
