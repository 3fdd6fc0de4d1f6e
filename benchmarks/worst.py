#!/usr/bin/env python3
"""The worst known inputs of each kind, made by code: what they take of a parser, in CPU seconds and memory.

usage: python benchmarks/worst.py [--all] [PARSER…]

An input is as large as its parser takes it, so that quadratic work would show. A file to import may have any size and
is read record by record: here it has some megabytes. Each is read in a process of its own.
Printed are the slowest and the largest of each parser (with --all, every one). Memory is what reading adds to a process
that holds the input. Exit code 1: an input took more than 10 s or 500 MB. The parsers are those of tests/fuzzing, which
looks for such inputs at random.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import multiprocessing
import resource
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from crawlers.limits import (
    MAX_LISTING_BYTES,
    MAX_OPML_BYTES,
    MAX_PAGE_BYTES,
    MAX_PARSED_ROBOTS_BYTES,
    MAX_SITEMAP_BYTES,
    MAX_SOURCES_BYTES,
)
from tests.fuzzing.parsers import PARSERS, read
from tests.fuzzing.seeds import CSV, JSON_FEED, OPML, PAGE, RECORD, ROBOTS, RSS, SITEMAP, SOURCES, web_archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

SECONDS, MEGABYTES = 10.0, 500
GIVEN_UP = 60
"""CPU seconds after which an input is given up."""
STORY = "<p>" + "This is a sentence with quite a few words in it, and it goes on. " * 20 + "</p>"


def filled(piece: str | bytes, size: int, before: str | bytes = b"", after: str | bytes = b"") -> Callable[[], bytes]:
    """A piece so often that the input has about this size."""
    one, head, tail = (part.encode() if isinstance(part, str) else part for part in (piece, before, after))
    return lambda: head + one * max(1, (size - len(head) - len(tail)) // len(one)) + tail


def numbered(piece: str, size: int, before: str = "", after: str = "") -> Callable[[], bytes]:
    """The same with a number in each piece, in place of `@`."""
    count = (size - len(before) - len(after)) // (len(piece) + 6 * piece.count("@"))
    return lambda: (before + "".join(piece.replace("@", str(number)) for number in range(count)) + after).encode()


def page(piece: str, size: int = MAX_PAGE_BYTES, after: str = STORY) -> Callable[[], bytes]:
    return filled(piece, size - 100, "<html><head><title>Bait</title></head><body>" + STORY, after)


def listing(piece: str, size: int = MAX_LISTING_BYTES) -> Callable[[], bytes]:
    return filled(piece, size, "<rss><channel><item><title>A</title><link>/1</link>", "</item></channel></rss>")


def front(piece: str, size: int = MAX_LISTING_BYTES) -> Callable[[], bytes]:
    return filled(piece, size, '<html><body><a href="/2026/02/27/the-ferry-runs-again-after-a-debate">The ferry</a>')


def packed(kind: str, piece: bytes, size: int) -> Callable[[], bytes]:
    """A body that unpacks to so many bytes."""
    return lambda: (
        b"gzip\n" + gzip.compress(piece * (size // len(piece)), 9)
        if kind == "gzip"
        else (b"deflate\n" + zlib.compress(piece * (size // len(piece)), 9))
    )


def entry(text: str) -> str:
    return RSS[RSS.index("<item>") : RSS.index("</item>") + 7].replace("The ferry &amp; the board", text)


WORST: dict[str, dict[str, Callable[[], bytes]]] = {
    "feed": {
        "entries": numbered(entry("Report @").replace("of-the-day", "of-the-day-@"), MAX_LISTING_BYTES, "<rss><channel>"),
        "long title": listing("&lt;a "),
        "attributes": numbered('a@="1" ', MAX_LISTING_BYTES, "<rss><item><link>/1</link><x ", "/></item></rss>"),
        "depth": listing("<x>"),
        "links": listing("<link>/1</link>"),
        "comments": listing("<!--"),
        "CDATA": listing("<![CDATA["),
        "ampersands": listing("&"),
        "brackets": listing("<"),
        "date": filled("1 ", MAX_LISTING_BYTES, "<rss><item><link>/1</link><pubDate>", "</pubDate></item></rss>"),
        "entities": listing("&nbsp;"),
        "JSON": lambda: json.dumps({"items": json.loads(JSON_FEED)["items"] * 80_000}).encode(),
        "brackets of JSON": filled("[", MAX_LISTING_BYTES, '{"items":'),
        "quotes of JSON": filled('"\\u', MAX_LISTING_BYTES, '{"items":["'),
        "spaces": filled(" ", MAX_LISTING_BYTES, "", RSS),
        "base": listing('<x xml:base="a/">'),
    },
    "sitemap": {
        "URLs": numbered("<url><loc>https://paper.example/@?id=@&amp;utm_source=x</loc></url>", MAX_SITEMAP_BYTES, "<urlset>"),
        "lines": numbered("https://paper.example/news/@\n", MAX_SITEMAP_BYTES),
        "depth": filled("<url>", MAX_SITEMAP_BYTES, "<urlset>"),
        "ampersands": filled("&", MAX_SITEMAP_BYTES, "<urlset><url><loc>"),
        "one URL": filled("a", MAX_SITEMAP_BYTES, "<urlset><url><loc>https://paper.example/"),
        "bomb": lambda: gzip.compress(b" " * (2 * MAX_SITEMAP_BYTES)),
        "bomb of URLs": lambda: gzip.compress(SITEMAP.encode() + b"<url><loc>/1</loc></url>" * 2_000_000),
        "gzip members": lambda: gzip.compress(b"") * 1_000_000,
    },
    "section": {
        "links": numbered('<a href="/news/2026/a-story-of-the-day-@">A headline of some words</a>', MAX_LISTING_BYTES),
        "open links": front("<a href=/x>"),
        "depth": front("<i>"),
        "class": front('<div class="a-B ">x'),
        "long class": filled("a-B ", MAX_LISTING_BYTES, '<div class="', '"><a href="/x">x</a></div>'),
        "attributes": numbered("a@=1 ", MAX_LISTING_BYTES, "<div ", "><a href=/x>x</a>"),
        "slugs": front(f'<a href="/{"a1-" * 1300}">x</a>'),
        "comments": front("<!--"),
        "brackets": front("<"),
        "base": front("<base href=x/>"),
        "feeds": numbered('<link rel=alternate type="application/rss+xml" href="/f@">', MAX_LISTING_BYTES, "<head>"),
    },
    "robots": {
        "rules": numbered("Disallow: /@*a\n", MAX_PARSED_ROBOTS_BYTES, "User-agent: *\n"),
        "wildcards": filled("*a", MAX_PARSED_ROBOTS_BYTES, "User-agent: *\nDisallow: /", "$\n"),
        "wildcards of a URL": filled("*s*t*o*r*y", 8000, "User-agent: *\nDisallow: /news/a-story-of-the-day", "x$\n"),
        "agents": numbered("User-agent: a@\n", MAX_PARSED_ROBOTS_BYTES, "", "Disallow: /\n"),
        "whole": filled(ROBOTS, MAX_PARSED_ROBOTS_BYTES),
        "line": filled("%", MAX_PARSED_ROBOTS_BYTES, "User-agent: *\nDisallow: /"),
    },
    "page": {
        "paragraphs": page("<p>A sentence of words.</p>", 700_000),
        "too many paragraphs": page("<p>A sentence of words.</p>"),
        "depth": page("<div>"),
        "depth below the limit": page("<div>", 7600),
        "nested blocks": page("<div><p>A sentence of words.</p>", 32_000),
        "tables": page("<table><tr><td>", 30_000),
        "brackets": page("<"),
        "comments": page("<!--"),
        "attribute": filled("x", MAX_PAGE_BYTES - 4000, '<html><p title="', '">' + STORY),
        "attributes": numbered("a@ ", 900_000, "<html><p ", ">" + STORY),
        "heading": filled("a - ", 4_000_000, "<html><h1>", "</h1>" + STORY),
        "JSON-LD brackets": filled("[", 2_000_000, '<html><script type="application/ld+json">', "</script>" + STORY),
        "JSON-LD": filled(', "author": {"name": "Ada Park"}', 4_000_000, '<html><script type="application/ld+json">{"a":1', "}</script>" + STORY),
        "script": filled('"\\', 3_000_000, "<html><script>", "</script>" + STORY),
        "escapes of a script": filled("\\u003cp>", 4_000_000, '<html><script>"', '"</script>' + STORY),
        "authors": filled("<meta name=author content='Ada Park, Bo Lind'>", 1_000_000, "<html>", STORY),
        "one author": filled("Ada Park in ", 1_000_000, "<html><meta name=author content='", "'>" + STORY),
        "links": page("<a href=x>link", 400_000),
        "dates": page("2020-", 1_000_000),
        "spaces": page(" "),
        "quotes": page('<a "', 4_000_000),
        "entities": page("&#0;"),
        "tweets": page("<blockquote class='twitter-tweet'>a</blockquote>", 900_000),
        "bylines": page("<p><b>Ada Park</b></p><div class='lead'>A lead of fifty letters that is nowhere else.</div>", 700_000),
        "one line": page("a sentence of words, ", 900_000),
        "lines": page("A sentence of some words that is not the same as others are.<br>", 900_000),
        "images": page("<figure><img src=a><figcaption>x</figcaption></figure>", 700_000),
        "whole": filled(PAGE, 900_000),
        "invisible": page("­‮​"),
        "Chinese": page("停火谈判在日内瓦继续双方同意继续谈判", 900_000),
    },
    "web_archive": {
        "pages": filled(web_archive(False), 20_000_000),
        "packed pages": filled(web_archive(True), 20_000_000),
        "damage": filled(b"WARC/1.0\r\n\r\n", 20_000_000, web_archive(False)),
        "gzip magic": filled(b"\x1f\x8b\x08", 20_000_000, web_archive(True)),
        "zeros": filled(b"\0", 50_000_000, web_archive(False)),
        "packed zeros": lambda: web_archive(True) + gzip.compress(b"\0" * 500_000_000),
        "header": filled("X: y\r\n", 20_000_000, "WARC/1.0\r\n"),
        "chunks": lambda: _record(b"1\r\na\r\n" * 2_000_000),
        "members": lambda: web_archive(True) + gzip.compress(b"") * 500_000,
    },
    "lines": {
        "records": filled(RECORD + "\n", 5_000_000),
        "one record": lambda: json.dumps(json.loads(RECORD) | {"text": "A sentence of words.\n" * 450_000}).encode(),
        "brackets": filled("[", MAX_PAGE_BYTES),
        "keys": numbered('"k@":1,', MAX_PAGE_BYTES, "{", '"z":1}'),
        "digits": filled("9", MAX_PAGE_BYTES, '{"url":'),
        "authors": lambda: json.dumps(json.loads(RECORD) | {"authors": ["Ada Park"] * 500_000}).encode(),
        "tags": lambda: json.dumps(json.loads(RECORD) | {"tags": [f"tag {n}" for n in range(400_000)]}).encode(),
        "blank lines": filled("\n", 5_000_000),
        "a long line": filled("x", 50_000_000),
    },
    "json": {
        "records": filled(f"{RECORD},", 5_000_000, "[", f"{RECORD}]"),
        "one record": lambda: json.dumps(json.loads(RECORD) | {"text": "A sentence of words.\n" * 450_000}).encode(),
        "a long value": filled("x", 50_000_000, '[{"url": "', '"}]'),
        "brackets": filled("[", 20_000_000),
        "braces": filled('{"a":', 20_000_000),
        "quotes": filled('"\\', 20_000_000, "["),
        "spaces": filled(" ", 50_000_000, "[", f"{RECORD}]"),
        "digits": filled("9", 20_000_000, "["),
    },
    "table": {
        "rows": filled(CSV.partition("\n")[2], 2_000_000, CSV),
        "columns": filled("a,", 10_000_000, "url,title,text,", "z\n"),
        "one cell": filled("word ", 50_000_000, CSV + '"', '"'),
        "quotes": filled('"', 20_000_000, CSV),
        "commas": filled(",", 20_000_000, CSV),
        "lines": filled("\n", 20_000_000, CSV),
        "NULs": filled("\0", 20_000_000, CSV),
    },
    "parquet": {
        "a long text": lambda: _parquet([json.loads(RECORD) | {"text": "A sentence of words.\n" * 5_000_000}]),
        "rows": lambda: _parquet([json.loads(RECORD)] * 10_000),
        "repeated articles": lambda: _parquet([json.loads(RECORD) | {"text": "A sentence of words.\n" * 45_000}] * 100),
        "different texts": lambda: _parquet([json.loads(RECORD) | {"text": f"{n:01000000}"} for n in range(150)]),
        "repeated texts": lambda: _parquet([json.loads(RECORD) | {"text": "x" * 2_000_000}] * 500),
    },
    "html_file": {
        "brackets": filled("<", 50_000_000, PAGE),
        "comments": filled("<!-- -->", 50_000_000, "<html>", PAGE),
        "open comments": filled("<!--", 60_000, "", PAGE),
        "packed zeros": lambda: gzip.compress(PAGE.encode() + b"\0" * 500_000_000),
    },
    "text": {
        "lines": filled("A sentence of some words.\n", MAX_PAGE_BYTES),
        "one line": filled("word ", MAX_PAGE_BYTES),
        "bytes": filled(bytes(range(256)), MAX_PAGE_BYTES),
        "short lines": filled("a\n", MAX_PAGE_BYTES),
    },
    "opml": {
        "feeds": numbered('<outline text="a" xmlUrl="https://paper.example/@"/>', MAX_OPML_BYTES, "<opml><body>", "</body></opml>"),
        "folders": filled("<outline>", 1000, "<opml><body>", "</outline>" * 109 + "</body></opml>"),
        "depth": filled("<outline>", MAX_OPML_BYTES, "<opml><body>"),
        "entities": lambda: b'<!DOCTYPE o [<!ENTITY a "' + b"x" * 100_000 + b'">]>' + OPML.encode().replace(b"Papers", b"&a;" * 100_000),
    },
    "sources": {
        "sources": numbered(
            '[[source]]\nname = "paper-@"\nhomepage = "https://paper-@.example/"\nfeeds = ["https://paper-@.example/feed.xml"]\n'
            'sitemaps = ["https://paper-@.example/sitemap.xml", "https://paper-@.example/news.xml"]\nlanguage = "en"\n\n',
            MAX_SOURCES_BYTES,
        ),
        "short sources": numbered('[[source]]\nname = "a@"\nfeeds = ["https://a.example/@"]\n', 11_500_000),
        "braces": numbered('{name="a@",feeds=["http://a/@"]},\n', MAX_SOURCES_BYTES, "source = [", "]"),
        "mistakes": numbered('[[source]]\nnam = "a@"\n', 5_500_000),
        "more sources": numbered('[[source]]\nnam = "a@"\n', MAX_SOURCES_BYTES),
        "mistakes of one source": numbered("a@ = 1\n", 11_700_000, SOURCES),
        "values": filled("1,", MAX_SOURCES_BYTES, SOURCES + "feeds = [", "]"),
        "mistakes in a list": filled("1,", 1_900_000, SOURCES + "feeds = [", "]"),
        "keys": numbered("a@=1\n", 9_700_000),
        "tables": numbered("[a@]\n", MAX_SOURCES_BYTES),
        "dotted keys": numbered("a@.a=1\n", MAX_SOURCES_BYTES),
        "dotted keys in braces": filled("{a.a.a.a.a.a.a.a=1},", MAX_SOURCES_BYTES, "a = [", "]"),
        "brackets": filled("[", MAX_SOURCES_BYTES, "a = "),
        "lists": filled("[],", 2_900_000, "a = [", "]"),
        "dots": filled("a.", MAX_SOURCES_BYTES, "", "a = 1"),
        "long keys": numbered(f"a@.{'a.' * 900}a=1\n", 2_000_000),
        "string": filled("x", MAX_SOURCES_BYTES - 1000, SOURCES + 'homepage = "', '"'),
        "quotation marks": filled('\\"""', MAX_SOURCES_BYTES, SOURCES + 'homepage = """'),
        "escapes": filled("\\\\", 4_900_000, SOURCES + 'homepage = "', '"'),
        "expression": filled("(a*)*", 100_000, SOURCES + "exclude = ['", "']"),
    },
    "settings": {
        "mistakes": numbered("[alerts]\nmail_to = 'a'\n[schedule]\n", 1_000_000, SOURCES, "every_minutes = -1\n"),
        "keys": numbered("a@ = 1\n", 9_700_000, SOURCES + "[extract]\n"),
        "sources": numbered('[[source]]\nname = "a@"\nfeeds = ["https://a.example/@"]\n', 11_500_000),
    },
    "opt_outs": {
        "directives": filled("noindex, ", 20_000, "", "\n" + PAGE),
        "agents": filled("bot: noai, ", 20_000, "", "\n" + PAGE),
        "metas": filled('<meta name="robots" content="noindex">', MAX_PAGE_BYTES, "x\n<html>"),
        "one meta": filled("noindex, ", MAX_PAGE_BYTES, 'x\n<html><meta name="robots" content="', '">'),
        "brackets": filled("<meta ", MAX_PAGE_BYTES, "x\n<html>"),
    },
    "query": {
        "words": numbered("w@ ", 5000),
        "brackets": filled("(", 5000, "", "flood"),
        "alternatives": numbered("w@ OR ", 5000, "", "flood"),
        "negations": filled("NOT ", 5000, "", "flood"),
        "quotes": filled('"', 5000),
        "a word": filled("a", 5000),
        "words of a letter": filled("a-", 5000),
        "too many brackets": filled("(", 1_000_000),
    },
    "date": {
        "digits": filled("1", 1_000_000),
        "numbers": filled("1 ", 1_000_000),
        "days": filled("2026-02-27 ", 1_000_000),
        "names": filled("mar ", 1_000_000),
        "colons": filled("1:", 1_000_000),
        "zones": filled("GMT+", 1_000_000, "2026-02-27 10:00 "),
        "slashes": filled("/2026/02", 1_000_000),
    },
    "url": {
        "path": filled("a/../", 1_000_000, "https://paper.example/"),
        "dots": filled("../", 1_000_000, "https://paper.example/"),
        "parameters": numbered("a@=1&", 1_000_000, "https://paper.example/?"),
        "per cent": filled("%", 1_000_000, "https://paper.example/"),
        "host": filled("a.", 1_000_000, "https://", "example/"),
        "host of umlauts": filled("ü", 100_000, "https://", ".example/"),
        "slashes": filled("/", 1_000_000, "https://paper.example"),
    },
    "coded_body": {
        "bomb": packed("gzip", b"\0", 1_000_000_000),
        "deflate bomb": packed("deflate", b"\0", 1_000_000_000),
        "bomb in a bomb": lambda: b"gzip, gzip\n" + gzip.compress(gzip.compress(b"\0" * 1_000_000_000)),
        "members": lambda: b"gzip\n" + gzip.compress(b"") * 1_000_000,
        "codings": filled("gzip, ", 50_000, "", "\nx"),
    },
    "log_line": {
        "links": lambda: json.dumps(
            {"url": "https://a.example/", "source": "a", "kind": "feed", "outcome": "fetched", "fetched_at": "2026-02-27T10:00:00+00:00"}
            | {"links": [{"url": f"https://a.example/{n}", "title": "t"} for n in range(100_000)]}
        ).encode(),
        "brackets": filled("[", 5_000_000),
    },
}  # fmt: skip


def _record(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    block = head + body
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://paper.example/a\r\n"
        b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
    ) % (len(block), block)


def _parquet(records: list[dict[str, object]]) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(records), buffer)
    pa.default_memory_pool().release_unused()  # else reading reuses it, and seems to take none
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading an input took; `problem` is how it ended if not with an answer."""

    parser: str
    name: str
    size: int
    seconds: float
    megabytes: float
    problem: str = ""

    def __str__(self) -> str:
        size = f"{self.size / 1e6:.1f} MB" if self.size > 1e5 else f"{self.size / 1e3:.1f} kB"
        return (
            f"{self.parser:12} {self.name:22} {size:>9} {self.seconds:7.2f} s {self.megabytes:6.0f} MB  {self.problem}"
        ).rstrip()


def _memory(key: str) -> float:
    """VmRSS (memory) or VmHWM (its peak) of this process, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1e3
    return 0.0


def _work(parser: str, name: str, answer: Connection) -> None:
    read(parser, b"http://a.example/")  # what is read once, such as models and lists, is no cost of an input
    body = WORST[parser][name]()
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + GIVEN_UP, resource.RLIM_INFINITY))
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
    before, start, problem = _memory("VmRSS"), time.process_time(), ""
    try:
        read(parser, body)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
        problem = f"{type(error).__name__}: {str(error)[:60]}"
    answer.send((len(body), time.process_time() - start, _memory("VmHWM") - before, problem))


def cost(parser: str, name: str) -> Cost:
    """Read an input in a process of its own."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(parser, name, there))
    process.start()
    there.close()
    try:
        found = here.recv()
    except EOFError:
        found = (0, float(GIVEN_UP), 0.0, "did not end")
    process.join()
    return Cost(parser, name, *found)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parsers", nargs="*", metavar="PARSER", help=", ".join(PARSERS))
    arguments.add_argument("--all", action="store_true", help="print every input")
    given = arguments.parse_args()
    costs = []
    for parser, inputs in WORST.items():
        if given.parsers and parser not in given.parsers:
            continue
        found = [cost(parser, name) for name in inputs]
        costs += found
        shown = {max(found, key=lambda one: one.seconds), max(found, key=lambda one: one.megabytes)}
        for one in found:
            if given.all or one in shown or one.problem:
                print(one, flush=True)
    if missing := set(PARSERS) - set(WORST):
        print("no worst input of:", ", ".join(sorted(missing)))
    slowest, largest = max(costs, key=lambda one: one.seconds), max(costs, key=lambda one: one.megabytes)
    print(f"slowest: {slowest.seconds:.1f} s ({slowest.parser}, {slowest.name})")
    print(f"largest: {largest.megabytes:.0f} MB ({largest.parser}, {largest.name})")
    over = [one for one in costs if one.seconds > SECONDS or one.megabytes > MEGABYTES or one.problem]
    print(f"{len(over)} of {len(costs)} inputs take too much: {', '.join(f'{one.parser} {one.name}' for one in over)}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
