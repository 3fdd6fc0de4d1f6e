"""Classified fetches as the Arrow tables that the warehouse loads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import link_date, url_key_or_none
from warehouse.loading.load import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flows.pipeline.article_version import ArticleVersion
    from flows.pipeline.classify import ClassifiedFetch

Row = dict[str, object]  # values by column, on their way into Arrow

_TIME = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())

ARTICLE_FIELDS = [
    pa.field("article_url", pa.string()),
    pa.field("article_key", pa.uint64()),
    pa.field("title", pa.string()),
    pa.field("authors", _TEXTS),
    pa.field("published_at", _TIME),
    pa.field("published_precision", pa.string()),
    pa.field("published_utc_offset", pa.int16()),
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

# A 4xx status is the publisher's final answer, except for these: too slow, too early, too often.
PASSING_STATUS = frozenset({408, 425, 429})
# Reasons of our own for skipping a URL that would be the same next time.
FINAL_REASONS = frozenset({"forbidden_address", "opted_out"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from: its segment, the run that made that, and the version of the extractor that read it.

    `with_profile` is the version for pages of sources with a profile.
    """

    segment: str
    run_id: str
    extractor: str
    with_profile: Mapping[str, str] = field(default_factory=dict)

    def extractor_of(self, source: str) -> str:
        """The version that read the pages of a source."""
        return self.with_profile.get(source, self.extractor)


def build_batch(origin: Origin, fetches: Sequence[ClassifiedFetch]) -> Batch:
    """The tables that `warehouse.loading.load.load_segment` takes."""
    rows: list[Row] = []
    links: list[Row] = []
    listings: list[Row] = []
    for number, classified in enumerate(fetches):
        fetch = classified.extracted.fetch
        rows.append(_row(number, origin, classified))
        for link in fetch.links:
            key = url_key_or_none(link.url)
            if key is None:
                continue
            links.append(
                {
                    "row_number": len(links),
                    "url_key": key,
                    "url": link.url,
                    "source": fetch.source,
                    "discovered_at": fetch.fetched_at,
                    "published_hint": link.published_at,
                    "modified_hint": None if link.published_at else link_date(link),
                }
            )
        listings += [
            {
                "url": found.url,
                "kind": found.kind,
                "source": fetch.source,
                "found_at": fetch.fetched_at,
                "modified_at": found.modified_at,
            }
            for found in fetch.listings
            if url_key_or_none(found.url) is not None  # logs of earlier versions have relative ones
        ]
    return Batch(_table(rows, BATCH), _table(links, LINKS), _table(listings, LISTINGS))


def _table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def _row(number: int, origin: Origin, classified: ClassifiedFetch) -> Row:
    extracted, classification, edit = classified.extracted, classified.classification, classified.edit
    fetch = extracted.fetch
    outcome, reason, detail = outcome_of(classified)
    article = classified.rechecked if classification is None else classification.article_id
    row: Row = {
        "row_number": number,
        "segment": origin.segment,
        "run_id": origin.run_id,
        "extractor": origin.extractor_of(fetch.source),
        "source": fetch.source,
        "kind": fetch.kind.value,
        "url": fetch.url,
        "url_key": extracted.url_key,
        "final_url": fetch.final_url,
        "final_key": extracted.final_key,
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
        "article_id": _uuid(article),
        "version_id": _uuid(classified.version_id),
    }
    if classification is not None:
        row["change"] = classification.change
    if edit is not None:
        row |= {"words_added": edit.words_added, "words_removed": edit.words_removed, "diff": edit.diff}
    if extracted.version is not None:
        row |= _article_columns(extracted.version)
    return row


def _article_columns(version: ArticleVersion) -> Row:
    article, identity = version.article, version.identity
    return {
        "article_url": article.url,
        "article_key": version.article_key,
        "title": article.title,
        "authors": article.authors,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "published_utc_offset": article.published_utc_offset,
        "modified_at": article.modified_at,
        "language": article.language,
        "section": article.section,
        "tags": article.tags,
        "image_url": article.image_url,
        "description": article.description,
        "is_free": article.is_free,
        "text": article.text,
        "word_count": version.word_count,
        "provenance": json.dumps(dict(article.provenance)) if article.provenance else None,
        "text_hash": _uuid(identity.text_hash),
        "title_hash": _uuid(identity.title_hash),
        "body_hash": _uuid(identity.body_hash),
    }


def _uuid(value: UUID | None) -> bytes | None:
    """As Arrow takes it."""
    return None if value is None else value.bytes


def _named(fetch: Fetch) -> int:
    """How many new things a listing named. A changed sitemap index has something new in one of its sitemaps."""
    return len(fetch.links) + (len(fetch.listings) if fetch.kind is Kind.SITEMAP else 0)


def outcome_of(classified: ClassifiedFetch) -> tuple[str, str | None, str | None]:
    """Outcome, reason and detail, as the table `fetches` has them."""
    fetch, classification, rejection = (
        classified.extracted.fetch,
        classified.classification,
        classified.extracted.rejection,
    )
    if classification is not None:
        return classification.verdict.value, classification.reason, fetch.detail
    if rejection is not None:
        place = f"{fetch.detail}: " if fetch.kind is Kind.RECORD and fetch.detail else ""
        return "rejected", rejection.reason.value, f"{place}{rejection.detail}"
    if fetch.outcome is Outcome.FETCHED:
        return "listed", fetch.reason, fetch.detail
    return fetch.outcome.value, fetch.reason, fetch.detail


def _answered(fetch: Fetch) -> bool:
    """Whether the URL has its final answer, so that this line is no reason to request it again."""
    if fetch.outcome in (Outcome.FETCHED, Outcome.UNCHANGED) or fetch.reason in FINAL_REASONS:
        return True
    return fetch.status is not None and 400 <= fetch.status < 500 and fetch.status not in PASSING_STATUS
