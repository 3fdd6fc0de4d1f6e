"""A line of a segment's log with what its page holds: identifiers, and the numbers that articles are compared by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crawlers.discovery import article_id, url_key
from crawlers.extraction import Article
from flows.dedup.exact import PageIdentity
from flows.dedup.text.features import Features, features_of
from flows.dedup.text.words import read_words
from flows.identifiers import digest

if TYPE_CHECKING:
    from crawlers.archive import Fetch
    from crawlers.extraction import Rejection
    from flows.dedup.text.shingles import Hashes


@dataclass(frozen=True, slots=True)
class Page:
    """A line of a segment's log with what its page holds, and the identifiers of both."""

    fetch: Fetch
    found: Article | Rejection | None
    fields: dict[str, Any]
    identity: PageIdentity | None
    features: Features | None = None


def read_page(fetch: Fetch, found: Article | Rejection | None) -> Page:
    """Name what was asked and what was found, and make the numbers of an article."""
    fields: dict[str, Any] = {"url_key": _key(fetch.url), "final_key": _key(fetch.final_url)}
    if not isinstance(found, Article):
        return Page(fetch, found, fields, None)
    words = read_words(found.text)
    identity = PageIdentity(
        article_id=_identify(found.url),
        fetch_key=fields["final_key"] if fields["final_key"] is not None else fields["url_key"],
        title_hash=digest(found.title),
        body_hash=digest(found.text),
        text_hash=text_hash(words.hashes),
        fetched_at=fetch.fetched_at,
        plain="?" not in found.url,
    )
    fields |= {
        "article_url": found.url,
        "article_key": _key(found.url),
        "title": found.title,
        "authors": list(found.authors),
        "published_at": found.published_at,
        "published_precision": found.published_precision,
        "modified_at": found.modified_at,
        "language": found.language,
        "section": found.section,
        "tags": list(found.tags),
        "image_url": found.image_url,
        "description": found.description,
        "is_free": found.is_free,
        "text": found.text,
        "word_count": len(words.hashes),
        "provenance": json.dumps(dict(found.provenance)) if found.provenance else None,
        "text_hash": identity.text_hash.bytes,
        "title_hash": identity.title_hash.bytes,
        "body_hash": identity.body_hash.bytes,
    }
    return Page(fetch, found, fields, identity, features_of(found.title, found.text, found.language, words))


def text_hash(words: Hashes) -> UUID:
    """Equal for texts of the same words in the same order, whatever their punctuation, case and line breaks."""
    return UUID(bytes=hashlib.blake2b(words.astype("<u8").tobytes(), digest_size=16).digest())


def _key(url: str | None) -> int | None:
    if url is None:
        return None
    try:
        return url_key(url)
    except ValueError:  # an imported text has a file's address, which no crawl will ever ask for
        return None


def _identify(url: str) -> UUID:
    try:
        return article_id(url)
    except ValueError:
        return digest(url)
