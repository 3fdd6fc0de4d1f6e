"""Finds common fingerprints: boilerplate and set phrases, which many different articles share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flows.dedup.text.hashes import Hashes

MANY = 8  # different articles that make a fingerprint common
# Two texts are one report printed twice, and not two reports in one frame, if the longer has this much of the shorter.
SAME_REPORT = 0.6
SAMPLE = 64  # articles with a fingerprint that are compared: a report of a big agency has hundreds of copies


def common_fingerprints(holders: Mapping[int, Sequence[UUID]], shingles: Mapping[UUID, Hashes]) -> set[int]:
    """The fingerprints that at least MANY different articles have.

    `holders` are the articles of each fingerprint, `shingles` the shingles of each article, distinct and ascending.
    Copies of one report count once, however many there are.
    """
    known: dict[tuple[UUID, UUID], bool] = {}

    def same(one: UUID, other: UUID) -> bool:
        if (one, other) not in known:
            mine, theirs = shingles[one], shingles[other]
            shared = len(np.intersect1d(mine, theirs, assume_unique=True))
            known[one, other] = shared >= SAME_REPORT * min(len(mine), len(theirs))
        return known[one, other]

    found = set()
    for fingerprint, articles in holders.items():
        kinds: list[UUID] = []
        # The longest first: a text that was cut from it is then recognised as its copy.
        for article in sorted(articles[:SAMPLE], key=lambda one: (-len(shingles[one]), one)):
            if not any(same(article, kind) for kind in kinds):
                kinds.append(article)
                if len(kinds) == MANY:
                    found.add(fingerprint)
                    break
    return found
