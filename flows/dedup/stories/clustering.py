"""Clusters articles and collapsed stories: average linkage of their similarities, with decay over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from flows.dedup.stories.vectors import Pairs

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

# Two stories are one from this mean similarity between their articles on. Each of three collections of dated texts
# chooses 0.14 for the one left out, as benchmarks/stories.py prints.
THRESHOLD = 0.14
DECAY_DAYS = 30.0  # the similarity of two articles so many days apart counts 1/e
# The same for two articles of one outlet, whose later reports are alike because it writes alike. On a wire, 3 to 10
# days do equally well, in both halves of it; on real events at many outlets nothing is lost.
OUTLET_DECAY_DAYS = 5.0
MAX_DAYS = 30.0  # a story lasts at most: what goes on for longer is a topic
MIN_SIMILARITY = 0.03  # below that, two articles count as having nothing in common

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Node:
    """An article, or a story with all of its articles.

    `size` is how many articles count for what it is about (copies do not), `first` and `last` are seconds since 1970.
    `outlet` is the only one that has it, or None if several have it.
    """

    size: int
    first: float
    last: float
    outlet: str | None = None


def cluster(
    nodes: Sequence[Node], pairs: Pairs, same: Iterable[Iterable[int]], threshold: float = THRESHOLD
) -> list[list[int]]:
    """Join nodes as long as any two are closer than `threshold`, the closest first; returns each cluster's numbers.

    `pairs` have the mean similarity of the articles of two nodes, if that is at least MIN_SIMILARITY; `same` are pairs
    that belong together whatever they are about. The similarity of two nodes decays with the days between them, faster
    if one outlet has both; that of two clusters is the mean over the pairs of their articles. Except for ties, the
    result does not depend on the order of the nodes.
    """
    if not nodes:
        return []
    joined = np.array(list(same), np.int64).reshape(-1, 2)
    group = components(len(nodes), joined[:, 0], joined[:, 1])
    sizes = np.array([node.size for node in nodes], np.float64)
    groups = _Groups.of(group, sizes, nodes)
    one, other, means = _between(_decayed(pairs, nodes), group, sizes, groups.sizes)
    # A mean reaches the threshold only if one of its parts does: groups that no such pair links stay apart.
    close = means >= threshold
    part = components(len(groups.sizes), one[close], other[close])
    inside = part[one] == part[other]
    one, other, means = one[inside], other[inside], means[inside]
    into = np.arange(len(groups.sizes))
    # Most parts have two groups.
    alone = np.bincount(part)[part[one]] == 2
    joined = alone & (means >= threshold) & groups.may_join(one, other)
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

    def may_join(self, one: Numbers | int, other: Numbers | slice = slice(None)) -> NDArray[np.bool_]:
        """Whether groups would last MAX_DAYS at most together."""
        lasting = np.maximum(self.last[one], self.last[other]) - np.minimum(self.first[one], self.first[other])
        short: NDArray[np.bool_] = lasting <= MAX_DAYS * DAY
        return short

    def join(self, one: int, other: int) -> None:
        self.sizes[one] += self.sizes[other]
        self.first[one] = min(self.first[one], self.first[other])
        self.last[one] = max(self.last[one], self.last[other])


def decay(seconds: Floats, one_outlet: NDArray[np.bool_]) -> Floats:
    """The factors (0 to 1) of the similarities of articles so far apart, by whether one outlet has both."""
    factors: Floats = np.exp(-np.abs(seconds) / DAY / np.where(one_outlet, OUTLET_DECAY_DAYS, DECAY_DAYS))
    return factors


def _decayed(pairs: Pairs, nodes: Sequence[Node]) -> Pairs:
    """The pairs with their products decayed by the time between the midpoints of both nodes."""
    midpoints = np.array([(node.first + node.last) / 2 for node in nodes])
    known: dict[str | None, int] = {None: -1}
    outlets = np.array([known.setdefault(node.outlet, len(known)) for node in nodes])
    one_outlet = (outlets[pairs.one] == outlets[pairs.other]) & (outlets[pairs.one] >= 0)
    factors = decay(midpoints[pairs.one] - midpoints[pairs.other], one_outlet)
    return replace(pairs, products=pairs.products * factors)


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
    lasting = np.maximum(groups.last[:, None], groups.last) - np.minimum(groups.first[:, None], groups.first)
    close = np.where(lasting <= MAX_DAYS * DAY, similarity, 0.0)
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
        row = np.where(groups.may_join(one), similarity[one], 0.0)
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
