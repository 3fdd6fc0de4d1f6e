"""Batches as the loader takes them, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from flows.pipeline.rows import BATCH, LINKS, LISTINGS
from warehouse.loading.load import Batch

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def uuid(number: int) -> UUID:
    return UUID(int=number)


def article_row(number: int, **changes: Any) -> dict[str, Any]:
    """A page that gave a new article; keys, identifiers and texts are made from its number."""
    row = {
        "source": "courier",
        "kind": "page",
        "url": f"http://courier.example/{number}",
        "url_key": number,
        "status": 200,
        "outcome": "loaded",
        "answered": True,
        "bytes": 1000,
        "ms": 10,
        "fetched_at": NOON,
        "warc_offset": number * 100,
        "etag": f'"{number}"',
        "article_id": uuid(number).bytes,
        "version_id": uuid(1000 + number).bytes,
        "change": "first",
        "article_url": f"http://courier.example/{number}",
        "article_key": number,
        "title": f"Title {number}",
        "authors": ["Ann Example"],
        "tags": [],
        "text": f"Text of {number}.",
        "word_count": 3,
        "text_hash": uuid(2000 + number).bytes,
        "title_hash": uuid(3000 + number).bytes,
        "body_hash": uuid(4000 + number).bytes,
    }
    return row | changes


def listing_row(url: str, **changes: Any) -> dict[str, Any]:
    """A feed that was read."""
    row = {
        "source": "courier",
        "kind": "feed",
        "url": url,
        "status": 200,
        "outcome": "listed",
        "answered": True,
        "bytes": 500,
        "ms": 5,
        "fetched_at": NOON,
        "etag": '"feed"',
    }
    return row | changes


def failed_row(number: int, **changes: Any) -> dict[str, Any]:
    """A page that gave nothing, and may be asked for again."""
    row = {
        "source": "courier",
        "kind": "page",
        "url": f"http://courier.example/{number}",
        "url_key": number,
        "outcome": "failed",
        "reason": "timeout",
        "answered": False,
        "bytes": 0,
        "ms": 0,
        "fetched_at": NOON,
    }
    return row | changes


def batch(
    *rows: dict[str, Any],
    segment: str = "s1",
    run_id: str = "r1",
    links: pa.Table | None = None,
    listings: tuple[str, ...] = (),
) -> Batch:
    """A segment's tables; `listings` are URLs of sitemaps that another one named."""
    common = {"segment": segment, "run_id": run_id, "extractor": "test"}
    found = [{"url": url, "kind": "sitemap", "source": "courier", "found_at": NOON} for url in listings]
    return Batch(
        pa.Table.from_pylist([common | {"row_number": n} | row for n, row in enumerate(rows)], schema=BATCH),
        LINKS.empty_table() if links is None else links,
        pa.Table.from_pylist(found, schema=LISTINGS),
    )


def links(*numbers: int, source: str = "courier", at: datetime = NOON) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "row_number": row,
                "url_key": number,
                "url": f"http://courier.example/{number}",
                "source": source,
                "discovered_at": at,
            }
            for row, number in enumerate(numbers)
        ],
        schema=LINKS,
    )
