"""Segments as a crawl leaves them, and what a data directory has of them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import duckdb

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.discovery.listing import Link
from tests.command import call
from tests.end_to_end.conftest import article
from tests.warehouse.rows import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOST = "http://one.example"
BEGIN = "20260301120000-aaaaaaaaaaaa"


def address(number: int) -> str:
    return f"{HOST}/news/2026/report-number-{number}-from-the-town.html"


def crawl(data: Path, numbers: range, name: str, source: str = "one.example", queries: Sequence[str] = ("",)) -> None:
    """A segment as a crawl leaves it: a feed that names pages, and the pages, with each of these queries."""
    listed = "".join(f"<item><title>Report {n}</title><link>{address(n)}</link></item>" for n in numbers)
    with SegmentWriter(data / "archive", "aaaaaaaaaaaa", name=f"{BEGIN}-{name}") as segment:
        links = tuple(Link(address(n)) for n in numbers)
        feed = Fetch(f"{HOST}/feed.xml", source, Kind.FEED, Outcome.FETCHED, NOON, status=200, links=links)
        segment.add(feed, exchange(f"{HOST}/feed.xml", f"<rss>{listed}</rss>".encode()))
        for url, number in ((address(number) + query, number) for number in numbers for query in queries):
            body = article(number).body
            page = Fetch(url, source, Kind.PAGE, Outcome.FETCHED, NOON, status=200, bytes=len(body))
            segment.add(page, exchange(url, body))
        segment.add(Fetch(f"{HOST}/gone.html", source, Kind.PAGE, Outcome.FAILED, NOON, reason="timeout"))


def exchange(url: str, body: bytes) -> Exchange:
    return Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html; charset=utf-8"),), body)


def newsloom(*arguments: str, data: Path, code: int = 0) -> str:
    """What a command says of a data directory."""
    done = call(*arguments, "--data", str(data))
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == code, said
    return said


def private(data: Path, query: str) -> list[Any]:
    return answers(data, query)[0]


def answers(data: Path, *queries: str) -> list[list[Any]]:
    """The rows of each query of the private warehouse, which is opened once, because that takes long."""
    with duckdb.connect(str(data / "private" / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return [connection.execute(query).fetchall() for query in queries]


EVERYTHING = (
    "SELECT * EXCLUDE (doc) FROM article_state ORDER BY ALL",
    "SELECT * EXCLUDE (doc) FROM article_versions ORDER BY ALL",
    "SELECT * FROM aliases ORDER BY ALL",
    "SELECT * FROM rejections ORDER BY ALL",
    "SELECT * FROM fetches ORDER BY ALL",
    "SELECT * FROM feeds ORDER BY ALL",
    "SELECT * FROM runs ORDER BY ALL",
    "SELECT * EXCLUDE (loaded_at) FROM segments ORDER BY ALL",
    "SELECT day, word, sum(articles) FROM headline_words GROUP BY ALL ORDER BY ALL",
    "SELECT * FROM private.known_urls ORDER BY ALL",
    "SELECT * FROM private.frontier ORDER BY ALL",
)


def state(data: Path) -> list[list[Any]]:
    return answers(data, *EVERYTHING)


def grouped(data: Path) -> list[list[Any]]:
    """The same without the identifiers of stories, which name the article that each began with."""
    told = "SELECT list(url ORDER BY url) FROM article_state GROUP BY story_id ORDER BY ALL"
    states = "SELECT * EXCLUDE (doc, story_id) FROM article_state ORDER BY ALL"
    queries = [states, *EVERYTHING[1:]]
    return answers(data, *queries, told)


def stored_bytes(data: Path, needle: bytes) -> list[str]:
    """Files of the data directory that hold these bytes: records unpacked, database files value by value."""
    found = []
    for file in sorted(file for file in data.rglob("*") if file.is_file()):
        if file.name.endswith(".warc.gz"):
            content = gzip.decompress(file.read_bytes())
        elif file.suffix == ".duckdb":
            content = values(file)
        else:
            content = file.read_bytes()
        if needle in content:
            found.append(file.name)
    return found


def values(file: Path) -> bytes:
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return b"\n".join(
            str(connection.execute(f"FROM {schema}.{table}").fetchall()).encode() for schema, table in tables
        )
