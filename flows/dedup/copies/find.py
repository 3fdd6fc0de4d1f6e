"""Compares the texts of candidates: which pairs of articles overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.copies.containment import comparable_text, overlap
from flows.dedup.copies.originals import Pair
from flows.dedup.copies.readings import repeats
from flows.dedup.text.hashes import distinct
from flows.dedup.text.shingles import stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from flows.dedup.copies.readings import Reading
    from flows.dedup.records import DatedPair
    from flows.dedup.text.hashes import Hashes

WINDOW_DAYS = 7  # between an article and its copy; longer chains consist of several steps
# Two articles are compared in full if they share this part of the fewer fingerprints of the two. A pair with the
# minimum containment of 0.25 and 25 fingerprints falls below it in one case of a hundred; set phrases rarely reach it.
MIN_SHARED_FINGERPRINTS = 0.08
MAX_CANDIDATES = 32  # that one article is compared with
MAX_HOLDERS = 8  # of a fingerprint on one day that others are compared with: the first of them

Partners = dict["UUID", "list[UUID]"]


def group_partners(pairs: Iterable[tuple[UUID, UUID]]) -> Partners:
    """For each first article of the pairs, the articles it is to be compared with."""
    partners: Partners = {}
    for one, other in pairs:
        partners.setdefault(one, []).append(other)
    return partners


def articles_in(partners: Partners) -> set[UUID]:
    """All articles of the pairs."""
    return partners.keys() | {other for others in partners.values() for other in others}


def all_stored(shingles: Iterable[Hashes]) -> Hashes:
    """The distinct shingles of several texts, as the index stores common ones."""
    return distinct(np.concatenate([np.empty(0, np.uint64), *(stored(found) for found in shingles)]))


def overlapping_pairs(partners: Partners, shingles: Mapping[UUID, Hashes], common: Hashes) -> list[Pair]:
    """The pairs whose texts overlap enough, each as (article, partner); `common` are the common shingles."""
    texts = {article: comparable_text(shingles[article], common) for article in articles_in(partners)}
    found = []
    for one, others in partners.items():
        for other in others:
            shared = overlap(texts[one], texts[other])
            if shared is not None:
                found.append(Pair(one, other, shared, len(texts[one].shingles), len(texts[other].shingles)))
    return found


def to_read(pairs: Iterable[Pair]) -> set[UUID]:
    """The articles of the pairs whose shingles do not decide: nothing differs if one text is in the other one."""
    return {key for pair in pairs if pair.similarity < 1 for key in (pair.article_id, pair.original_id)}


def repeating(pairs: Iterable[Pair], readings: Mapping[UUID, Reading]) -> list[Pair]:
    """The pairs of which, by close reading, one article repeats the other."""
    return [
        pair for pair in pairs if pair.similarity == 1 or repeats(readings[pair.article_id], readings[pair.original_id])
    ]


def unsupported(pairs: Sequence[DatedPair], supported: Iterable[Pair]) -> list[DatedPair]:
    """The pairs that are not among the supported ones."""
    still = {(pair.article_id, pair.original_id) for pair in supported}
    return [one for one in pairs if (one.pair.article_id, one.pair.original_id) not in still]
