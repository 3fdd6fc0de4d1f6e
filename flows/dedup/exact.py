"""The first level of duplicates: the same address, the same text. A pure function over a batch and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from warehouse.planning import StoredArticle

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
class Candidate:
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
class Judgement:
    """The verdict on a candidate.

    `article_id` is the article it is, changes or repeats; `reason` says which kind of duplicate (same_address,
    same_text, older_version), `change` what a new version changes (first, title, text, both).
    """

    verdict: Verdict
    article_id: UUID
    reason: str | None = None
    change: str | None = None


def judge_all(
    candidates: Sequence[Candidate], held: Mapping[UUID, StoredArticle], texts: Mapping[UUID, UUID]
) -> list[Judgement]:
    """Judge a batch in its order; `held` are the known articles among it, `texts` the known texts and whose they are.

    1. An article that is held: unchanged or duplicate (read from another address) when title and text are as they were,
       else a new version, unless the page is older than what is held.
    2. A text that is held: another address of that article.
    3. Else a new article: of several in the batch with one text the first with a plain address, or else the first.
    """
    now_held = dict(held)
    now_texts = _leaders(candidates) | dict(texts)
    judged = []
    for candidate in candidates:
        judgement = _judge(candidate, now_held, now_texts)
        judged.append(judgement)
        if judgement.verdict in (Verdict.LOADED, Verdict.UPDATED):
            before = now_held.get(candidate.article_id)
            now_held[candidate.article_id] = StoredArticle(
                candidate.title_hash,
                candidate.body_hash,
                candidate.fetch_key if before is None else before.fetch_key,
                candidate.fetched_at,
            )
    return judged


def _leaders(candidates: Sequence[Candidate]) -> dict[UUID, UUID]:
    """For each text of a batch the article that it belongs to, if nobody had it before."""
    leaders: dict[UUID, UUID] = {}
    for candidate in sorted(candidates, key=lambda candidate: not candidate.plain):
        leaders.setdefault(candidate.text_hash, candidate.article_id)
    return leaders


def _judge(candidate: Candidate, held: Mapping[UUID, StoredArticle], texts: Mapping[UUID, UUID]) -> Judgement:
    known = held.get(candidate.article_id)
    if known is None:
        original = texts[candidate.text_hash]
        if original != candidate.article_id:
            return Judgement(Verdict.DUPLICATE, original, reason="same_text")
        return Judgement(Verdict.LOADED, candidate.article_id, change="first")
    same_title = known.title_hash == candidate.title_hash
    same_body = known.body_hash == candidate.body_hash
    if same_title and same_body:
        if known.fetch_key == candidate.fetch_key:
            return Judgement(Verdict.UNCHANGED, candidate.article_id)
        return Judgement(Verdict.DUPLICATE, candidate.article_id, reason="same_address")
    if candidate.fetched_at <= known.last_seen_at:
        return Judgement(Verdict.DUPLICATE, candidate.article_id, reason="older_version")
    change = "text" if same_title else "title" if same_body else "both"
    return Judgement(Verdict.UPDATED, candidate.article_id, change=change)
