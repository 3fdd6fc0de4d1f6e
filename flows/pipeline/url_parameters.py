"""What the pages of a segment show about the parameters of their URLs, found while the segment is loaded.

Pages are compared with those of the same segment and with stored articles: by the canonical URL, and by the URL without
one of its parameters. At most five pages for each parameter of a host are stored, and the first counterexample: after
that, nothing is compared for this parameter. So the cost depends on the segment alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from crawlers.archive import Kind
from crawlers.discovery.parameters import (
    Evidence,
    canonical_evidence,
    host_of,
    pair_evidence,
    parameters_of,
    without_parameters,
)
from crawlers.discovery.urls import url_key
from flows.dedup.exact import Verdict
from flows.dedup.text.shingles import shingles
from flows.pipeline.shorter_urls import shorter_urls, web_urls
from warehouse.lookup import current_texts
from warehouse.url_parameters import (
    EvidenceRow,
    add_parameters,
    ignored_parameters,
    stored_evidence,
    stored_pages,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    import duckdb

    from flows.pipeline.article_version import ArticleVersion, ExtractedFetch
    from flows.pipeline.classify import ClassifiedFetch
    from warehouse.url_parameters import ShorterUrlRow

ENOUGH = 5
"""Pages for a parameter that are stored; `url_parameters` asks for as many."""
MAX_NAMES = 200
"""Parameters of a host about which anything is stored: some servers make up a name for each request."""
MAX_COMPARED = 10
"""Pages with one canonical URL, or one URL but for a parameter, that a page is compared with."""
_AT_ONCE = timedelta(hours=1)
"""Two requests within this time get the same edition of a page."""
_SAME_EDITION, _EDITED = 0.8, 0.5
"""Shares of common shingles below which two texts are not the same page: of the longer one at once, which leaves room
for what changes with every request; later, of the shorter one, because reports grow. The next part of an article has
next to none in common."""


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """What a segment adds: evidence, and its URLs without the parameters that are ignored already."""

    evidence: Sequence[EvidenceRow]
    shorter: Sequence[ShorterUrlRow]

    def store(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Store it, in the caller's transaction."""
        add_parameters(connection, self.evidence, self.shorter)


def segment_parameters(
    connection: duckdb.DuckDBPyConnection, segment: str, classified: Sequence[ClassifiedFetch]
) -> SegmentParameters:
    """What the classified fetches of a segment, which is not loaded yet, show about parameters."""
    pages = [one.extracted for one in classified if _may_have_parameters(one.extracted)]
    return SegmentParameters(
        find_evidence(connection, segment, classified),
        shorter_urls(ignored_parameters(connection, _hosts(pages)), pages) if pages else (),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A page to compare with: where its text came from, and when. `text` is None if it is stored and not read yet."""

    url: str
    fetched_at: datetime
    body_hash: UUID
    article_id: UUID
    text: str | None


@dataclass(slots=True)
class _Collector:
    """Adds evidence as long as it is needed."""

    segment: str
    rows: list[EvidenceRow] = field(default_factory=list)
    _pages: dict[tuple[str, str, str], set[int]] = field(default_factory=dict)
    _texts: set[tuple[str, str, str, int | None]] = field(default_factory=set)
    _refuted: set[tuple[str, str, str]] = field(default_factory=set)
    _names: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def know(self, row: EvidenceRow) -> None:
        """Count a row that is stored."""
        key = row.source, row.host, row.parameter
        if key not in self._pages:
            self._pages[key] = set()
            self._names[row.source, row.host] += 1
        if row.supports:
            self._pages[key].add(row.page_key)
            self._texts.add((*key, row.text_key))
        else:
            self._refuted.add(key)

    def wants(self, source: str, host: str, parameter: str) -> bool:
        """Whether anything more is to be found out about a parameter."""
        key = source, host, parameter
        return key not in self._refuted and (key in self._pages or self._names[source, host] < MAX_NAMES)

    def add(
        self, extracted: ExtractedFetch, found: Evidence, kind: str, url: str, other: str, text: UUID | None = None
    ) -> None:
        """Store evidence that a fetch has given, if it is new and still needed.

        `text` is the hash of the text that two URLs have in common. One text for many pages shows nothing about them:
        it is that of a server that is down, or asks for consent first.
        """
        source = extracted.fetch.source
        key = source, found.host, found.parameter
        pages = self._pages.get(key, set())
        text_key = None if text is None else int.from_bytes(text.bytes[:8], "big")
        is_known = found.supports and (len(pages) >= ENOUGH or found.page in pages or (*key, text_key) in self._texts)
        if is_known or not self.wants(source, found.host, found.parameter):
            return
        row = EvidenceRow(
            source, found.host, found.parameter, found.page, found.supports, kind, url, other,
            extracted.fetch.fetched_at, self.segment, text_key,
        )  # fmt: skip
        self.rows.append(row)
        self.know(row)


def find_evidence(
    connection: duckdb.DuckDBPyConnection, segment: str, classified: Sequence[ClassifiedFetch]
) -> list[EvidenceRow]:
    """The evidence that the pages of a segment add, before the segment is loaded."""
    pages = _with_own_text(
        [
            (one, one.extracted.version)
            for one in classified
            if one.extracted.version is not None and one.extracted.fetch.kind is Kind.PAGE
        ]
    )
    known = [
        one.classification.article_id
        for one, _ in pages
        if one.classification is not None and one.classification.verdict in (Verdict.UPDATED, Verdict.DUPLICATE)
    ]
    if not known and not any(_may_have_parameters(one.extracted) for one, _ in pages):
        return []
    collector = _Collector(segment)
    extracted = [one.extracted for one, _ in pages]
    for row in stored_evidence(connection, {one.fetch.source for one in extracted}, _hosts(extracted)):
        collector.know(row)
    # Pages that state a canonical URL are found by their article.
    keys = {
        id(one): [] if _stated_url(version) else list(_keys_without_one(one.extracted, collector))
        for one, version in pages
    }
    stored = stored_pages(connection, known, {key for some in keys.values() for key in some})
    by_article: dict[UUID, list[_Page]] = defaultdict(list)
    by_key: dict[int, list[_Page]] = defaultdict(list)
    for old in stored:
        page = _Page(old.url, old.fetched_at, old.body_hash, old.article_id, None)
        by_article[old.article_id] = [page]
        if old.fetch_key is not None:
            by_key[old.fetch_key] = [page]
    for one, version in pages:
        assert one.classification is not None, "every version is classified"
        article = one.classification.article_id
        own = [*keys[id(one)], *filter(None, (one.extracted.url_key, one.extracted.final_key))]
        others = dict.fromkeys([*by_article[article], *(page for key in own for page in by_key[key])])
        _compare(connection, collector, one.extracted, version, list(others))
        last = _Page(
            one.extracted.fetch.final_url or one.extracted.fetch.url,
            one.extracted.fetch.fetched_at,
            version.identity.body_hash,
            article,
            version.article.text,
        )
        for some in (by_article[article], *(by_key[key] for key in dict.fromkeys(own))):
            if len(some) < MAX_COMPARED:
                some.append(last)
    return collector.rows


def _with_own_text(
    pages: Sequence[tuple[ClassifiedFetch, ArticleVersion]],
) -> list[tuple[ClassifiedFetch, ArticleVersion]]:
    """The pages whose text is that of no other path: such a text is an error or a request for consent."""
    paths: dict[UUID, set[str]] = defaultdict(set)
    for one, version in pages:
        for url in [stated] if (stated := _stated_url(version)) else web_urls(one.extracted)[-1:]:
            paths[version.identity.body_hash].add(urlsplit(url).path)
    return [(one, version) for one, version in pages if len(paths[version.identity.body_hash]) <= 1]


def _compare(
    connection: duckdb.DuckDBPyConnection,
    collector: _Collector,
    extracted: ExtractedFetch,
    version: ArticleVersion,
    others: Sequence[_Page],
) -> None:
    """Collect what a page shows by its canonical link, and by its text and those of the others."""
    source = extracted.fetch.source
    stated = _stated_url(version)
    for url in web_urls(extracted):
        for kept in canonical_evidence(url, stated) if stated is not None and "?" in stated else ():
            collector.add(extracted, kept, "canonical", url, version.article.url)
        for other in others:
            if "?" not in url and "?" not in other.url:
                continue
            try:
                found = pair_evidence(url, other.url, same_text=False)
            except ValueError:  # an imported text has the URL of its file
                continue
            if found is None or not collector.wants(source, found.host, found.parameter):
                continue
            if version.identity.body_hash == other.body_hash:
                found = pair_evidence(url, other.url, same_text=True, canonical=stated)
            else:
                at_once = abs(extracted.fetch.fetched_at - other.fetched_at) <= _AT_ONCE
                if _are_one_page(version.article.text, _text_of(connection, other), at_once=at_once):
                    continue
            if found is not None:
                text = version.identity.body_hash if found.supports else None
                collector.add(extracted, found, "text", url, other.url, text)


def _stated_url(version: ArticleVersion) -> str | None:
    """The canonical URL that the page itself states."""
    return version.article.url if dict(version.article.provenance).get("url") == "link" else None


def _hosts(fetches: Iterable[ExtractedFetch]) -> set[str]:
    """The hosts of their URLs: a source has many if its feeds link to other sites."""
    return {host_of(url) for extracted in fetches for url in web_urls(extracted)}


def _may_have_parameters(extracted: ExtractedFetch) -> bool:
    return any("?" in url for url in web_urls(extracted))


def _text_of(connection: duckdb.DuckDBPyConnection, page: _Page) -> str:
    if page.text is not None:
        return page.text
    return current_texts(connection, [page.article_id]).get(page.article_id, ("", ""))[1]


def _are_one_page(text: str, other: str, *, at_once: bool) -> bool:
    """Whether two texts may be editions of one page."""
    own, others = np.unique(shingles(text)), np.unique(shingles(other))
    common = len(np.intersect1d(own, others, assume_unique=True))
    longer, shorter = max(len(own), len(others)), min(len(own), len(others))
    return common >= (_SAME_EDITION * longer if at_once else _EDITED * shorter)


def _keys_without_one(extracted: ExtractedFetch, collector: _Collector) -> Iterator[int]:
    """The keys of a page's URLs without each of the parameters about which more is to be found out."""
    for url in web_urls(extracted):
        if "?" in url:
            for name in parameters_of(url):
                if collector.wants(extracted.fetch.source, host_of(url), name):
                    yield url_key(without_parameters(url, (name,)))
