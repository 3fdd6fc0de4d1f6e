"""What reads the input of others, as functions of bytes. Each raises only what it documents, which is an answer."""

from __future__ import annotations

import atexit
import io
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from scrapy.robotstxt import ProtegoRobotParser

from crawlers.archive import ImportedRecord
from crawlers.archive.fetch_log import from_line, to_json, to_line
from crawlers.content_codings import BodyTooLargeError, BrokenCodingError, decode_body
from crawlers.dates import day_in_url, days_in_url, find_dates, parse_date
from crawlers.discovery import (
    BadListingError,
    Listing,
    find_feeds,
    normalise_url,
    parse_feed,
    parse_section,
    parse_sitemap,
    url_key,
)
from crawlers.errors import CrawlersError, SourcesError
from crawlers.extraction import Article, Rejection, extract
from crawlers.extraction.imported_records import extract_record
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from crawlers.limits import MAX_FEED_ENTRIES, MAX_PAGE_BYTES, MAX_PARSED_ROBOTS_BYTES, MAX_SITEMAP_ENTRIES
from crawlers.politeness.opt_outs import opt_out
from crawlers.politeness.retry_after import retry_after
from crawlers.sources.model import parse_sources
from crawlers.sources.opml import from_opml
from flows.errors import FlowsError
from flows.settings import load_all
from warehouse import open_writer
from warehouse.search.query import QuerySyntaxError, Search, query_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

URL = "https://paper.example/news/a-story-of-the-day"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENT = "newsloom"


@dataclass(frozen=True, slots=True)
class InMemory:
    """A file to import that is in memory."""

    body: bytes
    name: str

    @property
    def place(self) -> str:
        return self.name

    @property
    def uri(self) -> str:
        return f"file:///{self.name}"

    def open(self) -> BinaryIO:
        return io.BufferedReader(io.BytesIO(self.body))

    def is_empty(self) -> bool:
        return not self.body

    def fingerprint(self) -> str:
        return "0" * 16


def check_listing(listing: Listing, most: int) -> None:
    assert len(listing.links) <= most
    for link in listing.links:
        assert link.url.startswith(("http://", "https://"))
        assert link.url.isascii()
        # Whatever is stored must be text that can be encoded.
        (link.title or "").encode()


def check_extracted(found: Article | Rejection) -> None:
    if isinstance(found, Article):
        assert found.title.strip()
        assert all(line == line.strip() and line for line in found.text.split("\n"))
        found.text.encode()
    else:
        assert "Error: " not in found.detail, found.detail  # an exception that nobody expected
        found.detail.encode()


def feed(body: bytes) -> None:
    check_listing(parse_feed(body, URL), MAX_FEED_ENTRIES)


def sitemap(body: bytes) -> None:
    check_listing(parse_sitemap(body, URL), MAX_SITEMAP_ENTRIES)


def section(body: bytes) -> None:
    check_listing(parse_section(body, URL), 10_000)
    assert all(url.startswith("http") for url in find_feeds(body, URL))


def robots(body: bytes) -> None:
    parser = ProtegoRobotParser(body[:MAX_PARSED_ROBOTS_BYTES], None)
    assert parser.allowed(URL, AGENT) in (True, False)
    list(parser.rp.sitemaps)
    parser.rp.crawl_delay(AGENT)


def page(body: bytes) -> None:
    check_extracted(extract(body, URL))


def imported(name: str) -> Callable[[bytes], None]:
    """A parser of files of this name, with the extraction of what they hold."""

    def parser(body: bytes) -> None:
        report = FileReport()
        for fetch, content in read_items(InMemory(body, name), report, NOW, ImportOptions()):
            to_json(fetch).encode()
            if isinstance(content, ImportedRecord):
                check_extracted(extract_record(content.body, content.content_type, fetch.url))
        assert all(line.isprintable() for line in report.damage)

    return parser


def web_archive(body: bytes) -> None:
    imported("pages.warc.gz" if body.startswith(b"\x1f\x8b") else "pages.warc")(body)


def opml(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "sources.opml")
        file.write_bytes(body)
        assert from_opml(file)


def sources(body: bytes) -> None:
    assert parse_sources(body, Path("sources.toml")).sources


def settings(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "sources.toml")
        file.write_bytes(body)
        load_all(file)


@cache
def _warehouse() -> duckdb.DuckDBPyConnection:
    """An empty warehouse with the macros of the query language, until this process ends."""
    kept = ExitStack()
    atexit.register(kept.close)
    folder = kept.enter_context(TemporaryDirectory())
    connection = kept.enter_context(open_writer(Path(folder), "fuzzing")).connection
    connection.execute("SET memory_limit = '1GB'")  # a query that takes more fails, and not the machine
    return connection


def query(body: bytes) -> None:
    search = Search(body.decode("utf-8", "replace"))
    with query_errors():
        _warehouse().execute(f"FROM {search.matching()}").fetchall()


def date(body: bytes) -> None:
    value = body.decode("utf-8", "replace")
    for part in find_dates(value):
        assert part.parsed.at.tzinfo is not None
    for language in ("", "en", "fa"):
        found = parse_date(value, language)
        assert found is None or found.at.tzinfo is not None
    day_in_url(value)
    days_in_url(value)
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0


def url(body: bytes) -> None:
    found = normalise_url(body.decode("utf-8", "replace"))
    assert normalise_url(found) == found
    assert url_key(found) == url_key(normalise_url(found))


def coded_body(body: bytes) -> None:
    coding, _, rest = body.partition(b"\n")
    unpacked = decode_body(rest, [coding.decode("latin-1")], MAX_PAGE_BYTES)
    assert len(unpacked.content) <= max(MAX_PAGE_BYTES, len(rest))


def opt_outs(body: bytes) -> None:
    header, _, page = body.partition(b"\n")
    for name in ("X-Robots-Tag", "tdm-reservation"):
        opt_out([(name, header.decode("latin-1"))], page)


def log_line(body: bytes) -> None:
    fetch = from_line(body)
    assert from_line(to_line(fetch)) == fetch


PARSERS: dict[str, tuple[Callable[[bytes], None], tuple[type[Exception], ...]]] = {
    "feed": (feed, (BadListingError,)),
    "sitemap": (sitemap, (BadListingError,)),
    "section": (section, (BadListingError,)),
    "robots": (robots, ()),
    "page": (page, ()),
    "web_archive": (web_archive, (CrawlersError,)),
    "lines": (imported("articles.jsonl"), (CrawlersError,)),
    "json": (imported("articles.json"), (CrawlersError,)),
    "table": (imported("articles.csv"), (CrawlersError,)),
    "parquet": (imported("articles.parquet"), (CrawlersError,)),
    "text": (imported("article.txt"), (CrawlersError,)),
    "html_file": (imported("page.html"), (CrawlersError,)),
    "opml": (opml, (CrawlersError,)),
    "sources": (sources, (SourcesError,)),
    "settings": (settings, (SourcesError, FlowsError)),
    "query": (query, (QuerySyntaxError,)),
    "date": (date, ()),
    "url": (url, (ValueError,)),
    "coded_body": (coded_body, (BrokenCodingError, BodyTooLargeError)),
    "log_line": (log_line, (ValueError,)),
    "opt_outs": (opt_outs, ()),
}
"""By name: the function, and the errors that are an answer."""


def read(name: str, body: bytes) -> None:
    """Read an input; raises whatever is no answer."""
    parser, answers = PARSERS[name]
    try:
        parser(body)
    except answers as error:
        assert str(error), f"{type(error).__name__} says nothing"  # noqa: PT017
