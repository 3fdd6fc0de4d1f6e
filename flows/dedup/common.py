"""Fingerprints that tell nothing: boilerplate and set phrases, which many different articles have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set
    from uuid import UUID

MANY = 8  # different articles that make a fingerprint common
# Two articles are one report many times printed, and not two, where they share this much of the fewer fingerprints.
SAME_REPORT = 0.5
SAMPLE = 64  # articles with a fingerprint that are looked at: a report of a big agency has hundreds of copies


def common_fingerprints(
    holders: Mapping[int, Sequence[UUID]], fingerprints: Mapping[UUID, Set[int]], known: Iterable[int] = ()
) -> set[int]:
    """Those of the fingerprints that at least MANY different articles have.

    `holders` are the articles of each fingerprint, `fingerprints` all those of each article. Copies of one report
    count once, however many there are.
    """
    ignored = set(known)
    found = set()
    for fingerprint, articles in holders.items():
        kinds: list[Set[int]] = []
        for article in articles[:SAMPLE]:
            own = fingerprints[article] - ignored
            if not any(_same(own, kind) for kind in kinds):
                kinds.append(own)
                if len(kinds) == MANY:
                    found.add(fingerprint)
                    break
    return found


def _same(one: Set[int], other: Set[int]) -> bool:
    return len(one & other) >= SAME_REPORT * max(1, min(len(one), len(other)))
