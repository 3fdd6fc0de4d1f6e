"""Finds common shingles: those of boilerplate and set phrases, which many different articles share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.hashes import distinct
from flows.dedup.text.shingles import stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from flows.dedup.text.hashes import Hashes

MANY = 8  # different articles that make a shingle common
# Two texts are one report printed twice, and not two reports in one frame, if the longer has this much of the shorter.
SAME_REPORT = 0.6
# One site prints a report twice only as a correction or an update, with a similar headline. Under different headlines
# it has one frame around different articles, however short they are, unless the longer has nearly all of the shorter.
SAME_REPORT_OF_SITE = 0.9
SIMILAR_HEADLINE = 0.5  # of the words of the shorter headline are in the other one
SAMPLE = 64  # articles with a fingerprint that are compared: a report of a big agency has hundreds of copies
ENOUGH = 2 * MANY  # different articles to see what many have; more would cost the square of their number

HolderDay = tuple["date", "UUID", bool]  # an article with its day, and whether any article of that day is new


@dataclass(frozen=True, slots=True)
class Holder:
    """An article with a fingerprint that others have, too; its shingles are distinct and ascending."""

    source: str
    headline: frozenset[str]
    shingles: Hashes


def holder(source: str, title: str, shingles: Hashes) -> Holder:
    """An article by its headline and its shingles in any order."""
    return Holder(source, frozenset(re.findall(r"\w+", title.casefold())), distinct(shingles))


def groups_of(crowds: Iterable[Sequence[HolderDay]], days: int) -> set[tuple[UUID, ...]]:
    """The groups of holders of one fingerprint that may make it common: MANY or more within so many days.

    `crowds` are the holders of each fingerprint, by day. Only groups with a new article are of interest: the others
    have been compared before. At most SAMPLE articles of a group are returned, ascending.
    """
    found = set()
    for crowd in crowds:
        end = 0
        for begin, (day, _, _) in enumerate(crowd):
            before = end
            while end < len(crowd) and (crowd[end][0] - day).days <= days:
                end += 1
            if end > before and end - begin >= MANY and any(fresh for _, _, fresh in crowd[begin:end]):
                found.add(tuple(sorted(article for _, article, _ in crowd[begin:end])[:SAMPLE]))
    return found


def common_shingles(groups: Iterable[Sequence[UUID]], articles: Mapping[UUID, Holder]) -> set[int]:
    """The shingles, as the index stores them, that at least MANY different articles of a group have.

    Copies of one report count once, however many there are. Where a fingerprint is common, so is all that as many of
    its holders have: the whole frame of a site, but only the phrase itself of a minister and her office.
    """
    compare = _Comparison(articles)
    found: set[int] = set()
    for group in groups:
        kinds = compare.kinds(group)
        if len(kinds) >= MANY:
            hashes, counts = np.unique(np.concatenate([articles[kind].shingles for kind in kinds]), return_counts=True)
            found.update(stored(hashes[counts >= MANY]).tolist())
    return found


class _Comparison:
    """Compares articles, each pair once."""

    def __init__(self, articles: Mapping[UUID, Holder]) -> None:
        self.articles = articles
        self.known: dict[tuple[UUID, UUID], bool] = {}

    def kinds(self, holders: Sequence[UUID]) -> list[UUID]:
        """One article of each report among the holders, ENOUGH at most."""
        kinds: list[UUID] = []
        # The longest first: a text that was cut from it is then recognised as its copy.
        for article in sorted(holders, key=lambda one: (-len(self.articles[one].shingles), one)):
            if not any(self._same(article, kind) for kind in kinds):
                kinds.append(article)
                if len(kinds) == ENOUGH:
                    break
        return kinds

    def _same(self, one: UUID, other: UUID) -> bool:
        if (one, other) not in self.known:
            self.known[one, other] = _same_report(self.articles[one], self.articles[other])
        return self.known[one, other]


def _same_report(one: Holder, other: Holder) -> bool:
    shared = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    words = len(one.headline & other.headline)
    similar = words >= SIMILAR_HEADLINE * min(len(one.headline), len(other.headline))
    least = SAME_REPORT if similar or one.source != other.source else SAME_REPORT_OF_SITE
    return shared >= least * min(len(one.shingles), len(other.shingles))
