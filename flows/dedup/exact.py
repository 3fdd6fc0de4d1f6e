"""Classifies extracted pages by URL and exact text: new, updated, unchanged or duplicate articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


class Verdict(StrEnum):
    """What an extracted page is to the warehouse."""

    LOADED = "loaded"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


class CurrentVersion(Protocol):
    """What a stored article is compared by: hashes of its title and text, and the URL it is fetched from, as a key."""

    @property
    def title_hash(self) -> UUID: ...  # noqa: D102
    @property
    def body_hash(self) -> UUID: ...  # noqa: D102
    @property
    def fetch_key(self) -> int | None: ...  # noqa: D102
    @property
    def last_seen_at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """What an extracted page is classified by.

    `article_id` identifies its canonical URL, `fetch_key` the URL it was fetched from. `title_hash` and `body_hash` are
    hashes of title and text as they stand, `text_hash` of the normalised text. `plain` means that the canonical URL has
    no parameters: URLs of print versions, shares and sessions have some.
    """

    article_id: UUID
    fetch_key: int | None
    title_hash: UUID
    body_hash: UUID
    text_hash: UUID
    fetched_at: datetime
    plain: bool

    @property
    def last_seen_at(self) -> datetime:
        """When it was fetched: the page is the current version of its article once it is loaded."""
        return self.fetched_at


@dataclass(frozen=True, slots=True)
class Classification:
    """What a page is to the warehouse.

    `article_id` is the article that it is, updates or repeats. `reason` is the kind of duplicate (same_address,
    same_text, older_version), `change` what a new version changes (first, title, text, both).
    """

    verdict: Verdict
    article_id: UUID
    reason: str | None = None
    change: str | None = None


def classify_all(
    pages: Sequence[PageIdentity], stored: Mapping[UUID, CurrentVersion], texts: Mapping[UUID, UUID]
) -> list[Classification]:
    """Classify pages in their order.

    `stored` are the stored articles among them, `texts` the articles that have each stored text.

    1. An article that is stored: if title and text are the same, it is unchanged, or a duplicate if it was fetched from
       another URL. Otherwise the page is a new version, or a duplicate if it is older than the stored one.
    2. A text that is stored: another URL of that article.
    3. Otherwise a new article: of several pages with one text the first with a plain URL, or else the first.
    """
    current = dict(stored)
    owners = _first_owners(pages) | dict(texts)
    classified = []
    for page in pages:
        classification = _classify(page, current, owners)
        classified.append(classification)
        if classification.verdict in (Verdict.LOADED, Verdict.UPDATED):
            before = current.get(page.article_id)
            current[page.article_id] = page if before is None else replace(page, fetch_key=before.fetch_key)
    return classified


def _first_owners(pages: Sequence[PageIdentity]) -> dict[UUID, UUID]:
    """The article that each text of a batch belongs to, if it is not stored."""
    owners: dict[UUID, UUID] = {}
    for page in sorted(pages, key=lambda page: not page.plain):
        owners.setdefault(page.text_hash, page.article_id)
    return owners


def _classify(
    page: PageIdentity, current: Mapping[UUID, CurrentVersion], owners: Mapping[UUID, UUID]
) -> Classification:
    known = current.get(page.article_id)
    if known is None:
        original = owners[page.text_hash]
        if original != page.article_id:
            return Classification(Verdict.DUPLICATE, original, reason="same_text")
        return Classification(Verdict.LOADED, page.article_id, change="first")
    same_title = known.title_hash == page.title_hash
    same_body = known.body_hash == page.body_hash
    if same_title and same_body:
        if known.fetch_key == page.fetch_key:
            return Classification(Verdict.UNCHANGED, page.article_id)
        return Classification(Verdict.DUPLICATE, page.article_id, reason="same_address")
    if page.fetched_at <= known.last_seen_at:
        return Classification(Verdict.DUPLICATE, page.article_id, reason="older_version")
    change = "text" if same_title else "title" if same_body else "both"
    return Classification(Verdict.UPDATED, page.article_id, change=change)
