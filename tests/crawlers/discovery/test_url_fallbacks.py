"""Which URLs are tried when a server does not know the listed one."""

from __future__ import annotations

import pytest

from crawlers.discovery import url_key
from crawlers.discovery.url_fallbacks import fallback_urls


@pytest.mark.parametrize(
    ("listed", "others"),
    [
        ("http://a.example/x", ()),
        ("http://a.example/x?id=1", ()),
        ("http://a.example/x?utm_source=rss", ("http://a.example/x",)),
        (
            "http://a.example/x?utm_source=Own&id=1&utm_source=rss",
            ("http://a.example/x?utm_source=Own&id=1", "http://a.example/x?id=1"),
        ),
        ("http://a.example/x?b=1&a=2&b=1", ("http://a.example/x?b=1&a=2", "http://a.example/x?a=2&b=1&b=1")),
    ],
)
def test_fallbacks_come_in_the_order_of_trying(listed: str, others: tuple[str, ...]) -> None:
    assert fallback_urls(listed) == others


def test_fallbacks_have_the_key_of_the_listed_url() -> None:
    listed = "http://a.example/x?utm_source=rss&p=2"
    assert {url_key(url) for url in fallback_urls(listed)} == {url_key(listed)}
