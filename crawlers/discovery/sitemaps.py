"""Sitemaps: the XML of sitemaps.org with Google's news extension, sitemap indexes, gzip, plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.dates import parse_date, parse_time
from crawlers.discovery.feeds import parse_feed
from crawlers.discovery.link_collector import LinkCollector
from crawlers.discovery.listing import BadListingError, Listing
from crawlers.discovery.markup import (
    check_size,
    decode,
    describe_body,
    find_root,
    gunzip,
    plain_line,
    resolve_references,
    restore_markup,
)
from crawlers.discovery.xml_events import read_xml, split_tag
from crawlers.limits import MAX_LISTED_URL_CHARS, MAX_SITEMAP_BYTES, MAX_SITEMAP_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Mapping


_EXPECTED = "a sitemap (XML with <urlset> or <sitemapindex>, plain or gzipped, or lines with URLs)"
_NEWS = frozenset({"publication_date", "title", "language"})


def parse_sitemap(body: bytes, url: str) -> Listing:
    """The links of a sitemap, or the sitemaps of a sitemap index as `listings`; at most the first 50,000.

    `url` is the URL of the sitemap. `lastmod` becomes `modified_at`; Google's `publication_date`, `title` and
    `language` become the other fields. A feed, which the protocol allows in place of a sitemap, is read as a feed. Only
    entries that are broken or cut off are lost. Raises BadListingError if the body is not a sitemap, or is over 50 MiB
    when unpacked.
    """
    check_size(body, MAX_SITEMAP_BYTES, "a sitemap")
    body, gzip_problem = gunzip(body, MAX_SITEMAP_BYTES, _EXPECTED)
    text = decode(body)
    root = find_root(text, ("urlset", "sitemapindex", "rss", "feed", "rdf"))
    if root is None:
        return _parse_lines(body, text, url)
    if root[0] in ("rss", "feed", "rdf"):
        return parse_feed(body, url)
    resolved, reference_problem = resolve_references(text[root[1] :])
    target = _SitemapTarget()
    result = read_xml(resolved, target)
    target.finish()
    collector = LinkCollector(url, "entries")
    collector.note(gzip_problem, *result.problems(text.count("\n", 0, root[1])), reference_problem)
    if target.is_full:
        collector.note(f"only the first {MAX_SITEMAP_ENTRIES} entries are read")
    for kind, entry in target.entries:
        if kind == "sitemap":
            collector.add_listing(entry.get("loc"), parse_time(entry.get("lastmod")))
        else:
            collector.add(
                entry.get("loc"),
                title=plain_line(entry.get("title")),
                published=parse_date(entry.get("publication_date")),
                modified=parse_date(entry.get("lastmod")),
                language=entry.get("language"),
            )
    return collector.listing()


def _parse_lines(body: bytes, text: str, url: str) -> Listing:
    lines = [line for raw in text.splitlines() if (line := raw.strip("\ufeff \t")) and not line.startswith("#")]
    if not lines or not lines[0].startswith(("http://", "https://")):
        raise BadListingError(f"found {describe_body(body, text)}; expected {_EXPECTED}")
    collector = LinkCollector(url, "lines")
    if len(lines) > MAX_SITEMAP_ENTRIES:
        collector.note(f"only the first {MAX_SITEMAP_ENTRIES} of {len(lines)} lines are read")
    for line in lines[:MAX_SITEMAP_ENTRIES]:
        collector.add(line)
    return collector.listing()


class _SitemapTarget:
    """Collects the entries: their kind, `url` or `sitemap`, and the texts of the children that matter."""

    def __init__(self) -> None:
        self.depth = 0
        self.count = 0
        self.entries: list[tuple[str, dict[str, str]]] = []
        self._kind = ""
        self._entry_depth = 0
        self._news_depth = 0
        self._entry: dict[str, str] = {}
        self._name = ""
        self._name_depth = 0
        self._text: list[str] = []
        self._length = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is read."""
        return self.count > MAX_SITEMAP_ENTRIES

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        _, local = split_tag(tag)
        if self._entry_depth == 0 or (local in ("url", "sitemap") and self.depth <= self._entry_depth):
            if local in ("url", "sitemap"):
                self.finish()
                self.count += 1
                self._kind, self._entry_depth = local, self.depth
        elif local == "news":
            self._news_depth = self.depth
        elif (local in ("loc", "lastmod") and self.depth == self._entry_depth + 1) or (
            local in _NEWS and self._news_depth
        ):
            self._name, self._name_depth, self._text, self._length = local, self.depth, [], 0

    def data(self, text: str) -> None:
        if self._name_depth and self._length <= MAX_LISTED_URL_CHARS:
            self._text.append(text[: MAX_LISTED_URL_CHARS + 1])
            self._length += len(text)

    def end(self, tag: str) -> None:
        if self.depth == self._name_depth:
            self._entry.setdefault(self._name, restore_markup("".join(self._text)).strip())
            self._name_depth = 0
        elif self.depth == self._news_depth:
            self._news_depth = 0
        elif self.depth == self._entry_depth:
            self.finish(complete=True)
        self.depth -= 1

    def close(self) -> None: ...

    def finish(self, *, complete: bool = False) -> None:
        """End the open entry. One that is not complete counts only if it has its URL."""
        if self._entry_depth and (complete or "loc" in self._entry) and len(self.entries) < MAX_SITEMAP_ENTRIES:
            self.entries.append((self._kind, self._entry))
        self._entry, self._entry_depth, self._news_depth, self._name_depth = {}, 0, 0, 0
