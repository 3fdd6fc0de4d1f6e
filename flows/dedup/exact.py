"""The first level of duplicates: the same address, the same text. A pure function over a batch and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from warehouse.lookup import StoredArticle

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


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """An extracted page.

    `article_id` names its canonical address, `fetch_key` the address it was read from; `title_hash` and `body_hash`
    name title and text as they stand, `text_hash` the normalised text. `plain` says that the canonical address has no
    parameters: print, share and session addresses have some.
    """

    article_id: UUID
    fetch_key: int | None
    title_hash: UUID
    body_hash: UUID
    text_hash: UUID
    fetched_at: datetime
    plain: bool


@dataclass(frozen=True, slots=True)
class Classification:
    """The verdict on a candidate.

    `article_id` is the article it is, changes or repeats; `reason` says which kind of duplicate (same_address,
    same_text, older_version), `change` what a new version changes (first, title, text, both).
    """

    verdict: Verdict
    article_id: UUID
    reason: str | None = None
    change: str | None = None


def classify_all(
    identities: Sequence[PageIdentity], held: Mapping[UUID, StoredArticle], texts: Mapping[UUID, UUID]
) -> list[Classification]:
    """Judge a batch in its order; `held` are the known articles among it, `texts` the known texts and whose they are.

    1. An article that is held: unchanged or duplicate (read from another address) when title and text are as they were,
       else a new version, unless the page is older than what is held.
    2. A text that is held: another address of that article.
    3. Else a new article: of several in the batch with one text the first with a plain address, or else the first.
    """
    now_held = dict(held)
    now_texts = _leaders(identities) | dict(texts)
    classified = []
    for identity in identities:
        classification = _classify(identity, now_held, now_texts)
        classified.append(classification)
        if classification.verdict in (Verdict.LOADED, Verdict.UPDATED):
            before = now_held.get(identity.article_id)
            now_held[identity.article_id] = StoredArticle(
                identity.title_hash,
                identity.body_hash,
                identity.fetch_key if before is None else before.fetch_key,
                identity.fetched_at,
            )
    return classified


def _leaders(identities: Sequence[PageIdentity]) -> dict[UUID, UUID]:
    """For each text of a batch the article that it belongs to, if nobody had it before."""
    leaders: dict[UUID, UUID] = {}
    for identity in sorted(identities, key=lambda identity: not identity.plain):
        leaders.setdefault(identity.text_hash, identity.article_id)
    return leaders


def _classify(identity: PageIdentity, held: Mapping[UUID, StoredArticle], texts: Mapping[UUID, UUID]) -> Classification:
    known = held.get(identity.article_id)
    if known is None:
        original = texts[identity.text_hash]
        if original != identity.article_id:
            return Classification(Verdict.DUPLICATE, original, reason="same_text")
        return Classification(Verdict.LOADED, identity.article_id, change="first")
    same_title = known.title_hash == identity.title_hash
    same_body = known.body_hash == identity.body_hash
    if same_title and same_body:
        if known.fetch_key == identity.fetch_key:
            return Classification(Verdict.UNCHANGED, identity.article_id)
        return Classification(Verdict.DUPLICATE, identity.article_id, reason="same_address")
    if identity.fetched_at <= known.last_seen_at:
        return Classification(Verdict.DUPLICATE, identity.article_id, reason="older_version")
    change = "text" if same_title else "title" if same_body else "both"
    return Classification(Verdict.UPDATED, identity.article_id, change=change)
