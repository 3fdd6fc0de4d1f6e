"""Feeds: RSS, Atom and JSON Feed."""

from __future__ import annotations

import json
from typing import Any

from crawlers.dates import ParsedDate, parse_date
from crawlers.discovery.feed_parser import read_entries
from crawlers.discovery.link_collector import LinkCollector
from crawlers.discovery.listing import BadListingError, Listing
from crawlers.discovery.markup import (
    charset_of,
    check_size,
    decode,
    describe_body,
    find_root,
    gunzip,
    plain_line,
    resolve_references,
)
from crawlers.languages import iso_639_1
from crawlers.limits import MAX_FEED_ENTRIES, MAX_LISTING_BYTES

_MAX_NUMBER = 1e15
_EXPECTED = "an RSS, Atom or JSON feed"


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """The links of a feed, at most the first 10,000, absolute and in its order.

    `url` is the URL of the feed: relative links are resolved against it (and against `xml:base`). Of `content_type`,
    the HTTP header, only the charset is used. A broken feed yields what can be read of it; an entry that is cut off is
    kept if it has a complete link. Entries without a link are counted in `problem`. Raises BadListingError if the body
    is not a feed or is over 20 MiB.
    """
    check_size(body, MAX_LISTING_BYTES, "a feed")
    body, gzip_problem = gunzip(body, MAX_LISTING_BYTES, _EXPECTED)
    text = decode(body, charset_of(content_type))
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _json_feed(text, url)
    root = find_root(text, ("rss", "feed", "rdf"))
    if root is None:
        raise BadListingError(f"found {describe_body(body, text)}; expected {_EXPECTED}")
    resolved, reference_problem = resolve_references(text[root[1] :])
    feed = read_entries(resolved, url, lines_before=text.count("\n", 0, root[1]))
    collector = LinkCollector(url, "entries")
    collector.note(gzip_problem, *feed.problems, reference_problem)
    for entry in feed.entries:
        language = iso_639_1(entry.language or feed.language) or ""
        collector.add(
            *entry.links,
            title=entry.title,
            published=_first_date(entry.published, language),
            modified=_first_date(entry.updated, language),
            language=entry.language or feed.language,
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
        language = iso_639_1(_string(entry, "language") or _string(data, "language")) or ""
        collector.add(
            *(_string(entry, key) for key in ("url", "external_url")),
            *([identifier] if (identifier := _string(entry, "id") or "").startswith(("http://", "https://")) else ()),
            title=plain_line(_string(entry, "title"), is_markup=False),
            published=parse_date(_date(entry, "date_published"), language),
            modified=parse_date(_date(entry, "date_modified"), language),
            language=_string(entry, "language") or _string(data, "language"),
        )
    return collector.listing()


def _first_date(texts: tuple[str, ...], language: str) -> ParsedDate | None:
    """The first of several dates that can be read."""
    return next((parsed for text in texts if (parsed := parse_date(text, language))), None)


def _date(table: dict[str, Any], key: str) -> str | None:
    """A date as text; seconds or milliseconds since 1970 come as a number, against the specification."""
    value = table.get(key)
    return str(int(value)) if isinstance(value, (int, float)) and abs(value) < _MAX_NUMBER else _string(table, key)


def _string(table: dict[str, Any], key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) else None
