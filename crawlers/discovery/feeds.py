"""Feeds: RSS, Atom and JSON Feed.

feedparser knows the dialects, but needs guarding: bytes that are a file's name make it open that file,
and one crafted element keeps it busy for minutes (80 KB of `<author>` take 80 s, its expression for e-mail addresses is
quadratic). So lxml first takes out of each entry the few short elements that make a link (see `parse_entries`), and
feedparser gets a small, well-formed feed of only these. Its dates are not used: it makes 1 November of `2019/11/20`.
"""

from __future__ import annotations

import io
import json
from typing import Any

import feedparser

from crawlers.discovery.dates import parse_time
from crawlers.discovery.feed_parser import parse_entries
from crawlers.discovery.link_collector import LinkCollector
from crawlers.discovery.listing import BadListingError, Listing
from crawlers.discovery.markup import (
    charset_of,
    check_size,
    decode,
    describe_body,
    find_root,
    plain_line,
    resolve_references,
)
from crawlers.limits import MAX_FEED_ENTRIES, MAX_LISTING_BYTES

_EXPECTED = "an RSS, Atom or JSON feed"


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """The links of a feed, at most the first 10,000, absolute and in its order.

    `url` is the URL of the feed: relative links are resolved against it (and against `xml:base`). Of `content_type`,
    the HTTP header, only the charset is used. A broken feed yields what can be read of it; an entry that is cut off is
    kept if it has a complete link. Entries without a link are counted in `problem`. Raises BadListingError if the body
    is not a feed or is over 20 MiB.
    """
    check_size(body, MAX_LISTING_BYTES, "a feed")
    text = decode(body, charset_of(content_type))
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _json_feed(text, url)
    root = find_root(text, ("rss", "feed", "rdf"))
    if root is None:
        raise BadListingError(f"found {describe_body(body, text)}; expected {_EXPECTED}")
    resolved, foreign = resolve_references(text[root[1] :])
    sieved = parse_entries(resolved, text.count("\n", 0, root[1]))
    collector = LinkCollector(url, "entries")
    collector.note(*sieved.problems)
    if foreign:
        collector.note(f"references that XML does not have (undeclared entities, a bare &): {foreign}")
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # Sanitising HTML and resolving addresses in it is most of feedparser's time, and there is no HTML left.
    feed = feedparser.parse(
        io.BytesIO(sieved.feed), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    for entry in feed.entries:  # `dict.get` goes past its own `get`, which gives one date for another
        collector.add(
            entry.get("link"),
            title=entry.get("title"),
            published_at=parse_time(dict.get(entry, "published")),
            modified_at=parse_time(dict.get(entry, "updated")),
            language=dict.get(entry, "language") or sieved.language,
        )
    return collector.listing()


def _json_feed(text: str, url: str) -> Listing:
    try:
        data = json.loads(text.lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError) as error:
        raise BadListingError(f"found JSON that cannot be read ({error}); expected {_EXPECTED}") from error
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise BadListingError(f"found JSON without a list of items; expected {_EXPECTED}")
    collector = LinkCollector(url, "items")
    if len(items) > MAX_FEED_ENTRIES:
        collector.note(f"only the first {MAX_FEED_ENTRIES} of {len(items)} items are read")
    for item in items[:MAX_FEED_ENTRIES]:
        entry = item if isinstance(item, dict) else {}
        collector.add(
            _string(entry, "url") or _string(entry, "external_url"),
            title=plain_line(_string(entry, "title"), is_markup=False),
            published_at=parse_time(_string(entry, "date_published")),
            modified_at=parse_time(_string(entry, "date_modified")),
            language=_string(entry, "language") or _string(data, "language"),
        )
    return collector.listing()


def _string(table: dict[str, Any], key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) else None
