"""A segment's log and what was extracted from it as the Arrow tables that the warehouse loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import link_date, url_key
from crawlers.extraction import Rejection
from flows.dedup.exact import Classification, Verdict
from flows.identifiers import digest
from warehouse.loading.load import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flows.pipeline.pages import Page

_TIME = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())

ARTICLE_FIELDS = [
    pa.field("article_url", pa.string()),
    pa.field("article_key", pa.uint64()),
    pa.field("title", pa.string()),
    pa.field("authors", _TEXTS),
    pa.field("published_at", _TIME),
    pa.field("published_precision", pa.string()),
    pa.field("modified_at", _TIME),
    pa.field("language", pa.string()),
    pa.field("section", pa.string()),
    pa.field("tags", _TEXTS),
    pa.field("image_url", pa.string()),
    pa.field("description", pa.string()),
    pa.field("is_free", pa.bool_()),
    pa.field("text", pa.string()),
    pa.field("word_count", pa.int32()),
    pa.field("provenance", pa.string()),
    pa.field("words_added", pa.int32()),
    pa.field("words_removed", pa.int32()),
    pa.field("diff", pa.string()),
    pa.field("text_hash", pa.uuid()),
    pa.field("title_hash", pa.uuid()),
    pa.field("body_hash", pa.uuid()),
]
BATCH = pa.schema(
    [
        pa.field("row_number", pa.int64()),
        pa.field("segment", pa.string()),
        pa.field("run_id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("url", pa.string()),
        pa.field("url_key", pa.uint64()),
        pa.field("final_url", pa.string()),
        pa.field("final_key", pa.uint64()),
        pa.field("status", pa.int16()),
        pa.field("outcome", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("answered", pa.bool_()),
        pa.field("bytes", pa.int64()),
        pa.field("ms", pa.int32()),
        pa.field("fetched_at", _TIME),
        pa.field("warc_offset", pa.int64()),
        pa.field("payload_digest", pa.string()),
        pa.field("named", pa.int32()),
        pa.field("etag", pa.string()),
        pa.field("last_modified", pa.string()),
        pa.field("extractor", pa.string()),
        pa.field("article_id", pa.uuid()),
        pa.field("version_id", pa.uuid()),
        pa.field("change", pa.string()),
        *ARTICLE_FIELDS,
    ]
)
LINKS = pa.schema(
    [
        pa.field("row_number", pa.int64()),
        pa.field("url_key", pa.uint64()),
        pa.field("url", pa.string()),
        pa.field("source", pa.string()),
        pa.field("discovered_at", _TIME),
        pa.field("published_hint", _TIME),
        pa.field("modified_hint", _TIME),
    ]
)

LISTINGS = pa.schema(
    [
        pa.field("url", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("source", pa.string()),
        pa.field("found_at", _TIME),
        pa.field("modified_at", _TIME),
    ]
)

# Answers of the 4xx kind are the publisher's last word, but for these: too slow, too early, too often.
PASSING_STATUS = frozenset({408, 425, 429})


# Reasons of ours that another try would only repeat.
FINAL_REASONS = frozenset({"forbidden_address"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from: its segment, the run that made that, and the version of the extractor that read it."""

    segment: str
    run_id: str
    extractor: str


def build_batch(
    origin: Origin,
    pages: Sequence[Page],
    classifications: Sequence[Classification | None],
    looked_at: Sequence[UUID | None],
) -> Batch:
    """The tables that `warehouse.loading.load.load_segment` takes.

    `classifications` has an entry for each page that is an article; `looked_at` names the stored article that a page
    without one was fetched for.
    """
    rows = []
    links: list[dict[str, Any]] = []
    listings: list[dict[str, Any]] = []
    for number, (page, classification, looked) in enumerate(zip(pages, classifications, looked_at, strict=True)):
        rows.append(_row(number, origin, page, classification, looked))
        for link in page.fetch.links:
            links.append(
                {
                    "row_number": len(links),
                    "url_key": url_key(link.url),
                    "url": link.url,
                    "source": page.fetch.source,
                    "discovered_at": page.fetch.fetched_at,
                    "published_hint": link.published_at,
                    "modified_hint": None if link.published_at else link_date(link),
                }
            )
        listings += [
            {
                "url": found.url,
                "kind": found.kind,
                "source": page.fetch.source,
                "found_at": page.fetch.fetched_at,
                "modified_at": found.modified_at,
            }
            for found in page.fetch.listings
        ]
    return Batch(
        pa.Table.from_pylist(rows, schema=BATCH),
        pa.Table.from_pylist(links, schema=LINKS),
        pa.Table.from_pylist(listings, schema=LISTINGS),
    )


def _row(
    number: int, origin: Origin, page: Page, classification: Classification | None, looked_at: UUID | None
) -> dict[str, Any]:
    fetch = page.fetch
    outcome, reason, detail = _outcome(page, classification)
    row = page.fields | {
        "row_number": number,
        "segment": origin.segment,
        "run_id": origin.run_id,
        "extractor": origin.extractor,
        "source": fetch.source,
        "kind": fetch.kind.value,
        "url": fetch.url,
        "final_url": fetch.final_url,
        "status": fetch.status,
        "outcome": outcome,
        "reason": reason,
        "detail": detail,
        "answered": _answered(fetch),
        "bytes": fetch.bytes,
        "ms": fetch.ms,
        "fetched_at": fetch.fetched_at,
        "warc_offset": fetch.offset,
        "payload_digest": fetch.digest,
        "named": _named(fetch),
        "etag": fetch.etag,
        "last_modified": fetch.last_modified,
    }
    if classification is not None:
        row["article_id"] = classification.article_id.bytes
        row["change"] = classification.change
        if classification.verdict in (Verdict.LOADED, Verdict.UPDATED) and page.identity is not None:
            row["version_id"] = digest(
                str(classification.article_id),
                fetch.fetched_at.isoformat(),
                str(page.identity.title_hash),
                str(page.identity.body_hash),
            ).bytes
    elif looked_at is not None:
        row["article_id"] = looked_at.bytes
    return row


def _named(fetch: Fetch) -> int:
    """How much a listing named that is new. An index that has changed has something new in one of its sitemaps."""
    return len(fetch.links) + (len(fetch.listings) if fetch.kind is Kind.SITEMAP else 0)


def _outcome(page: Page, classification: Classification | None) -> tuple[str, str | None, str | None]:
    fetch, found = page.fetch, page.found
    if classification is not None:
        return classification.verdict.value, classification.reason, fetch.detail
    if isinstance(found, Rejection):
        return "rejected", found.reason.value, found.detail
    if fetch.outcome is Outcome.FETCHED:
        return "listed", fetch.reason, fetch.detail
    return fetch.outcome.value, fetch.reason, fetch.detail


def _answered(fetch: Fetch) -> bool:
    """Whether the address has had its last word, and is not asked again because of this line."""
    if fetch.outcome in (Outcome.FETCHED, Outcome.UNCHANGED) or fetch.reason in FINAL_REASONS:
        return True
    return fetch.status is not None and 400 <= fetch.status < 500 and fetch.status not in PASSING_STATUS


def is_page(fetch: Fetch) -> bool:
    """Whether a line is about an article's page (or an imported record) and not about a listing."""
    return fetch.kind in (Kind.PAGE, Kind.RECORD)
