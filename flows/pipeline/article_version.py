"""What a fetch yields: the article version on its page, with identifiers, hashes and features for comparing it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from crawlers.discovery import article_id, url_key_or_none
from crawlers.extraction import Article, Rejection
from flows.dedup.exact import PageIdentity
from flows.dedup.text.features import Features, features_of
from flows.dedup.text.words import read_words
from flows.identifiers import digest

if TYPE_CHECKING:
    from crawlers.archive import Fetch
    from flows.dedup.text.hashes import Hashes


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An article as one page states it, and what it is compared by.

    `article_key` is the key of its canonical URL, None if no crawl can ever request that URL.
    """

    article: Article
    article_key: int | None
    identity: PageIdentity
    word_count: int
    features: Features


@dataclass(frozen=True, slots=True)
class ExtractedFetch:
    """A line of a segment's fetch log with the keys of its URLs and what was extracted from its page.

    `found` is None if the line has no page: it is a listing, or it was skipped, unchanged or failed.
    """

    fetch: Fetch
    url_key: int | None
    final_key: int | None
    found: ArticleVersion | Rejection | None

    @property
    def version(self) -> ArticleVersion | None:
        """The article version, if the page is an article."""
        return self.found if isinstance(self.found, ArticleVersion) else None

    @property
    def content(self) -> Article | Rejection | None:
        """What was extracted from the page: an article as the page states it, or why it has none."""
        return self.found.article if isinstance(self.found, ArticleVersion) else self.found

    @property
    def rejection(self) -> Rejection | None:
        """The reason why the page is not an article."""
        return self.found if isinstance(self.found, Rejection) else None


def extracted_fetch(fetch: Fetch, found: Article | Rejection | None) -> ExtractedFetch:
    """Compute the keys of a fetch and, for an article, its identifiers, hashes and features."""
    url_key, final_key = url_key_or_none(fetch.url), url_key_or_none(fetch.final_url)
    if not isinstance(found, Article):
        return ExtractedFetch(fetch, url_key, final_key, found)
    words = read_words(found.text)
    identity = PageIdentity(
        article_id=_article_id(found.url),
        fetch_key=final_key if final_key is not None else url_key,
        title_hash=digest(found.title),
        body_hash=digest(found.text),
        text_hash=text_hash(words.hashes),
        fetched_at=fetch.fetched_at,
        plain="?" not in found.url,
    )
    version = ArticleVersion(
        article=found,
        article_key=url_key_or_none(found.url),
        identity=identity,
        word_count=len(words.hashes),
        features=features_of(found.title, found.text, found.language, words),
    )
    return ExtractedFetch(fetch, url_key, final_key, version)


def text_hash(words: Hashes) -> UUID:
    """Equal for texts with the same words in the same order, whatever their punctuation, case and line breaks."""
    return UUID(bytes=hashlib.blake2b(words.astype("<u8").tobytes(), digest_size=16).digest())


def _article_id(url: str) -> UUID:
    try:
        return article_id(url)
    except ValueError:  # not a web URL: an imported text has the URL of its file
        return digest(url)
