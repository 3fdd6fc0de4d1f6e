"""Clusters articles and collapsed stories: average linkage of their similarities, with decay over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from flows.dedup.stories.vectors import Pairs

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

# Two stories are one from this mean similarity between their articles on. Random halves of the topics of ECB+ choose
# 0.35 on average (standard deviation 0.02), among other news too; from 0.33 to 0.38 it hardly matters. Further down,
# two events of one kind are joined. benchmarks/stories.py prints the figures.
THRESHOLD = 0.35
DECAY_DAYS = 3.0  # after so many days without an article a similarity counts 1/e: news is reported within days
MAX_DAYS = 30.0  # a story lasts at most: what goes on for longer is a topic
MIN_SIMILARITY = 0.1  # below that, two articles count as having nothing in common

# Beyond so many days even a perfect similarity has decayed below the threshold.
REACH_DAYS = DECAY_DAYS * math.log(1 / THRESHOLD)
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Node:
    """An article, or a story with all of its articles.

    `size` is how many articles count for what it is about (copies do not), `first` and `last` are seconds since 1970.
    """

    size: int
    first: float
    last: float


def cluster(
    nodes: Sequence[Node], pairs: Pairs, same: Iterable[Iterable[int]], threshold: float = THRESHOLD
) -> list[list[int]]:
    """Join nodes as long as any two are closer than `threshold`, the closest first; returns each cluster's numbers.

    `pairs` have the mean similarity of the articles of two nodes, if that is at least MIN_SIMILARITY; `same` are pairs
    that belong together whatever they are about. The similarity of two clusters is the mean over the pairs of their
    articles, times `nearness`. Except for ties, the result does not depend on the order of the nodes.
    """
    if not nodes:
        return []
    joined = np.array(list(same), np.int64).reshape(-1, 2)
    group = components(len(nodes), joined[:, 0], joined[:, 1])
    sizes = np.array([node.size for node in nodes], np.float64)
    groups = _Groups.of(group, sizes, nodes)
    one, other, means = _between(pairs, group, sizes, groups.sizes)
    # A mean reaches the threshold only if one of its parts does: groups that no such pair links stay apart.
    close = means >= threshold
    part = components(len(groups.sizes), one[close], other[close])
    inside = part[one] == part[other]
    one, other, means = one[inside], other[inside], means[inside]
    into = np.arange(len(groups.sizes))
    # Most parts have two groups.
    alone = np.bincount(part)[part[one]] == 2
    joined = alone & (means * groups.nearness(one, other) >= threshold)
    into[other[joined]] = one[joined]
    one, other, means = one[~alone], other[~alone], means[~alone]
    where = np.empty(len(part), np.int64)
    for here in _places(part[one]).values():
        members = np.unique(np.concatenate([one[here], other[here]]))
        where[members] = np.arange(len(members))
        rows, columns = where[one[here]], where[other[here]]
        similarity = np.zeros((len(members), len(members)))
        similarity[rows, columns] = similarity[columns, rows] = means[here]
        into[members] = members[_linkage(groups.some(members), similarity, threshold)]
    return [numbers.tolist() for numbers in _places(into[group]).values()]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Nodes that belong together, as arrays; a linkage changes them as it goes."""

    sizes: Floats
    first: Floats
    last: Floats

    @staticmethod
    def of(group: Numbers, sizes: Floats, nodes: Sequence[Node]) -> _Groups:
        many = int(group.max()) + 1
        first, last = np.full(many, np.inf), np.full(many, -np.inf)
        np.minimum.at(first, group, [node.first for node in nodes])
        np.maximum.at(last, group, [node.last for node in nodes])
        whole = np.zeros(many)
        np.add.at(whole, group, sizes)
        return _Groups(whole, first, last)

    def some(self, chosen: Numbers) -> _Groups:
        return _Groups(self.sizes[chosen], self.first[chosen], self.last[chosen])

    def nearness(self, one: Numbers | int, other: Numbers | slice = slice(None)) -> Floats:
        return nearness(self.first[one], self.last[one], self.first[other], self.last[other])

    def join(self, one: int, other: int) -> None:
        self.sizes[one] += self.sizes[other]
        self.first[one] = min(self.first[one], self.first[other])
        self.last[one] = max(self.last[one], self.last[other])


def nearness(first: Floats, last: Floats, other_first: Floats, other_last: Floats) -> Floats:
    """1 at the same time, less the longer they are apart; 0 if together they would last too long.

    Times are in seconds since 1970.
    """
    gap = np.maximum(0.0, np.maximum(first - other_last, other_first - last)) / DAY
    lasting = np.maximum(last, other_last) - np.minimum(first, other_first)
    return np.where(lasting > MAX_DAYS * DAY, 0.0, np.exp(-gap / DECAY_DAYS))


def _between(pairs: Pairs, group: Numbers, sizes: Floats, group_sizes: Floats) -> tuple[Numbers, Numbers, Floats]:
    """(group, later group, mean similarity of their articles), of groups that have pairs."""
    one, other = group[pairs.one], group[pairs.other]
    keys, place = np.unique(np.minimum(one, other) * len(group_sizes) + np.maximum(one, other), return_inverse=True)
    sums = np.bincount(place, pairs.products * sizes[pairs.one] * sizes[pairs.other], len(keys))
    one, other = keys // len(group_sizes), keys % len(group_sizes)
    weights = group_sizes[one] * group_sizes[other]
    kept = (one != other) & (weights > 0)
    return one[kept], other[kept], sums[kept] / weights[kept]


def _linkage(groups: _Groups, similarity: Floats, threshold: float) -> Numbers:
    """For each group the number of the one it ends up in; `similarity` has the mean similarity of each two."""
    many = len(groups.sizes)
    close = similarity * nearness(groups.first[:, None], groups.last[:, None], groups.first, groups.last)
    np.fill_diagonal(close, -1.0)
    best = close.argmax(axis=1)
    top = close[np.arange(many), best]
    into = np.arange(many)
    gone = np.zeros(many, np.bool_)
    while top[one := int(top.argmax())] >= threshold:
        one, other = sorted((one, int(best[one])))
        part = groups.sizes[one] / (groups.sizes[one] + groups.sizes[other])
        similarity[one] = similarity[:, one] = part * similarity[one] + (1 - part) * similarity[other]
        groups.join(one, other)
        into[into == other] = one
        gone[other] = True
        row = similarity[one] * groups.nearness(one)
        row[gone] = -1.0
        row[one] = -1.0
        close[one] = close[:, one] = row
        close[other] = close[:, other] = -1.0
        # Groups whose best was one of the two look for it again; for others, the new group may have become the best.
        again = np.flatnonzero((best == one) | (best == other) | (row > top))
        again = np.append(again, [one, other])
        best[again] = close[again].argmax(axis=1)
        top[again] = close[again, best[again]]
    return into


def components(many: int, one: Numbers, other: Numbers) -> Numbers:
    """The connected component of each of `many` nodes with these edges, numbered in the order of their first nodes."""
    label = np.arange(many)
    while True:
        least = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, one, least)
        np.minimum.at(label, other, least)
        label = label[label]
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1]


def _places(labels: Numbers) -> dict[int, Numbers]:
    """Where each label stands, ascending."""
    order = np.argsort(labels, kind="stable")
    found, begins = np.unique(labels[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, begins[1:]), strict=True)) if len(labels) else {}
