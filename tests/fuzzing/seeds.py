"""For each parser: inputs that are as they should be, to be changed at random, and pieces of its language."""

from __future__ import annotations

import gzip
import io
import json

import pyarrow as pa
from pyarrow import parquet

from tests.fuzzing.parsers import URL

PARAGRAPH = (
    "<p>The harbour board met on Monday and decided, after a long debate, that the ferry will run again. </p>" * 4
)
PAGE = f"""<!doctype html><html lang=en><head><meta charset=utf-8><title>The ferry runs again - Paper</title>
<link rel=canonical href="{URL}"><meta property="og:title" content="The ferry runs again">
<meta name=author content="Ada Park, Bo Lind"><meta property="article:published_time" content="2026-02-27T10:00:00+01:00">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "The ferry runs again",
"datePublished": "2026-02-27T10:00:00Z", "author": [{{"@type": "Person", "name": "Ada Park"}}],
"isPartOf": {{"@id": "#x"}}, "articleBody": "The harbour board met on Monday."}}</script></head><body>
<nav><a href="/news">News</a></nav><article><h1>The ferry runs again</h1><p class=byline>By <a href="/a/ada">Ada Park</a></p>
<time datetime="2026-02-27">27 February 2026</time>{PARAGRAPH}<table><tr><td>{PARAGRAPH}</table><ul><li>One<li>Two</ul>
<blockquote>Quoted</blockquote>{PARAGRAPH}</article><aside><a href="/news/2026/other-story-of-the-day">Other</a></aside>"""

RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Paper</title><link>https://paper.example/</link>
<language>en-gb</language><item><title>The ferry &amp; the board</title><link>{URL}</link><guid isPermaLink="true">{URL}</guid>
<pubDate>Fri, 27 Feb 2026 10:00:00 +0100</pubDate><dc:creator>Ada Park</dc:creator>
<description><![CDATA[<p>The board <b>met</b>]]></description><content:encoded>x &lt;p&gt;</content:encoded></item>
<item><title>Other</title><link>/news/other-story</link></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://paper.example/" xml:lang="en"><title type="html">P</title>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The <i>ferry</i></div></title>
<link rel="alternate" href="/news/a"/><link rel="self" href="{URL}"/><updated>2026-02-27T10:00:00Z</updated></entry></feed>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Paper",
        "items": [{"id": URL, "url": URL, "title": "The ferry", "date_published": "2026-02-27T10:00:00Z"}],
    }
)
SITEMAP = f"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{URL}</loc><lastmod>2026-02-27</lastmod><news:news>
<news:publication><news:name>Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-02-27T10:00:00Z</news:publication_date><news:title>The ferry</news:title></news:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>https://paper.example/sitemap-1.xml</loc><lastmod>2026-02-27T10:00:00+00:00</lastmod></sitemap></sitemapindex>"""
FRONT = """<html><head><title>Paper</title><link rel=alternate type="application/rss+xml" href="/feed.xml"><base href="/">
</head><body><nav><a href="/sport">Sport</a></nav><h2><a href="/2026/02/27/the-ferry-runs-again-after-a-debate">The ferry
runs again</a></h2><a href="https://other.example/x">x</a><a href="/news/another-story-of-this-day-123456.html">Another
story of this day</a></body></html>"""
ROBOTS = """User-agent: *
Disallow: /private/*.html$
Allow: /news/
Crawl-delay: 2

User-agent: newsloom
Request-rate: 1/5 0900-1700
Visit-time: 0900-1700
Disallow: /%e4/
Sitemap: https://paper.example/sitemap.xml
"""
RECORD = json.dumps(
    {
        "url": URL,
        "title": "The ferry runs again",
        "text": "The harbour board met on Monday.\nIt decided that the ferry will run again.",
        "published_at": "2026-02-27T10:00:00+01:00",
        "published_precision": "second",
        "authors": ["Ada Park", "Bo Lind"],
        "language": "en",
        "tags": ["harbour"],
        "is_free": True,
        "image_url": "/a.jpg",
        "section": "News",
        "source": "paper",
    }
)
OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>Feeds</title></head><body><outline text="Papers">
<outline type="rss" text="Paper" xmlUrl="https://paper.example/feed.xml" htmlUrl="https://paper.example/" language="en-gb"/>
</outline><outline text="Other" htmlUrl="https://other.example/"><outline type="rss" text="Other"
xmlUrl="https://other.example/f"/><outline type="link" text="x" url="https://other.example/s.xml"
category="/newsloom/sitemap"/></outline></body></opml>"""
SOURCES = """[crawl]
contact = "mailto:editor@paper.example"
delay = 1.5
recheck_hours = [1, 6, 24]

[schedule]
every_minutes = 15
timezone = "Europe/Berlin"

[keep]
archive_days = 30

[alerts]
mail_to = "editor@paper.example"

[[source]]
name = "paper"
homepage = "https://paper.example/"
feeds = ["https://paper.example/feed.xml"]
language = "en"
include = ['/news/\\d+']
since = 2026-01-01

[[source]]
name = "other"
sitemaps = ["https://other.example/sitemap.xml"]
"""
LOG_LINE = json.dumps(
    {
        "url": URL,
        "source": "paper",
        "kind": "feed",
        "outcome": "fetched",
        "fetched_at": "2026-02-27T10:00:00+00:00",
        "status": 200,
        "bytes": 1000,
        "ms": 12,
        "offset": 0,
        "links": [{"url": URL, "title": "The ferry"}],
    }
)


def web_archive(packed: bool) -> bytes:
    """Two pages, one of them in chunks and gzip."""
    coded = gzip.compress(PAGE.encode(), mtime=0)
    records: list[bytes] = []
    for head, body in (
        (b"Content-Type: text/html", PAGE.encode()),
        (
            b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(coded), coded),
        ),
    ):
        block = b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (head, body)
        record = (
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s\r\nWARC-Date: 2026-02-27T10:00:00Z\r\n"
            b"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000%d>\r\n"
            b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
        ) % (URL.encode(), len(records), len(block), block)
        records.append(gzip.compress(record, mtime=0) if packed else record)
    return b"".join(records)


def parquet_file() -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([json.loads(RECORD)] * 3), buffer)
    return buffer.getvalue()


CSV = f"""url,title,text,published_at,authors
{URL},The ferry runs again,"The board met on Monday.
It said ""yes"".",2026-02-27,Ada Park; Bo Lind
{URL}2,Another title,Some text of an article,,
"""
NEWS_PLEASE = json.dumps(
    {
        "url": URL,
        "title": "The ferry runs again",
        "maintext": "The harbour board met on Monday.",
        "date_publish": "2026-02-27 10:00:00",
        "date_download": "None",
        "source_domain": "paper.example",
        "authors": ["Ada Park"],
        "language": "en",
    }
)

XML = (
    "<",
    ">",
    "&",
    "&amp;",
    "&#x0;",
    "&nbsp;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml ",
    "<!DOCTYPE x [",
    "/>",
    "xmlns=",
)
HTML = (*XML, "<p>", "</div>", "<script>", "</script>", "<table>", "<svg>", "<base href=", " href='//[x'", "\0", "­", "‮")
JSON = ('"', "{", "}", "[", "]", ":", ",", "null", "1e999", "-0", "\\ud800", "\\u0000", "true", "NaN", "9" * 30)
DATES = (
    "2026-02-30",
    "24:60",
    "+99:99",
    "Z",
    "T",
    "GMT",
    "fevereiro",
    "۱۴۰۴",
    "000000000",
    "9999-12-31",
    "0001-01-01",
    "-",
)

SEEDS: dict[str, tuple[tuple[bytes, ...], tuple[str, ...]]] = {
    "feed": ((RSS.encode(), ATOM.encode(), JSON_FEED.encode()), (*XML, *JSON[:5], *DATES[:5])),
    "sitemap": ((SITEMAP.encode(), INDEX.encode(), f"{URL}\n{URL}2\n".encode(), gzip.compress(SITEMAP.encode())), XML),
    "section": ((FRONT.encode(),), HTML),
    "robots": ((ROBOTS.encode(),), ("*", "$", "%", "User-agent:", "Disallow:", "\r", "\0", "﻿", "/", "#", "9" * 30)),
    "page": ((PAGE.encode(),), (*HTML, *JSON)),
    "web_archive": ((web_archive(False), web_archive(True)), ("WARC/1.0\r\n", "\r\n\r\n", "0\r\n", "Content-Length: ", "9")),
    "lines": ((RECORD.encode() + b"\n", NEWS_PLEASE.encode()), (*JSON, *DATES, "\n")),
    "json": ((f"[{RECORD}, {NEWS_PLEASE}]".encode(), f'{{"paper": [{RECORD}]}}'.encode()), (*JSON, *DATES, "\n")),
    "table": ((CSV.encode(), CSV.replace(",", "\t").encode(), CSV.replace(",", ";").encode("utf-16")), ('"', ",", "\t", "\n", "\r", "\0", ";", *DATES)),
    "parquet": ((parquet_file(),), ("PAR1", "\0", "\x7f", "\x01", "\x15")),
    "html_file": ((PAGE.encode(),), HTML),
    "text": ((b"The ferry runs again\nBy Ada Park\n\nThe harbour board met on Monday.\n",), ("\n", "\r", "\0", " ", "By ")),
    "opml": ((OPML.encode(),), XML),
    "sources": ((SOURCES.encode(),), ("[", "]]", "=", '"', "'''", "#", "\n", "0x", "1979-05-27", "(", "*", "nan", "\\", "[[")),
    "settings": ((SOURCES.encode(),), ("[", "]]", "=", '"', "'''", "#", "\n", "0x", "07:32:00", "-1", "nan", "inf")),
    "opt_outs": (
        (b'bot: noindex, noai\n<meta name="robots" content="noai"><meta name="tdm-reservation" content="1">',),
        (*HTML, ":", ",", "noai", "newsloom", "*", "max-snippet: ", "1", "0"),
    ),
    "query": (
        (b'flood AND (mill OR "old bridge") NOT title:river -lang:de negot* source:courier', "停火 谈判".encode()),
        ("(", ")", '"', "-", "*", "OR", "AND", "NOT", "title:", "source:", "lang:", "'", "%", "\\", "  ", "“", "é"),
    ),
    "date": ((b"Fri, 27 Feb 2026 10:00:00 +0100", b"2026-02-27T10:00:00.123Z", b"/2026/02/27/x", b"27. Februar 2026"), DATES),
    "url": (
        (f"{URL}?utm_source=x&id=1&a=%e4#top".encode(), "https://müller.example:443/ä/../b;c?q".encode()),
        ("/", "//", "..", "%", "%00", "@", ":", "[", "]", "?", "#", "xn--", "\\", "。", "\t", " ", "&", "=", "http:"),
    ),
    "coded_body": ((b"gzip\n" + gzip.compress(b"The board met." * 9), b"deflate\nx", b"br, gzip\n\x0b"), ("gzip", ",", "\n")),
    "log_line": ((LOG_LINE.encode(),), (*JSON, *DATES)),
}  # fmt: skip
"""By the name of the parser: the inputs, and the pieces."""
