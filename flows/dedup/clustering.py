"""Articles to stories: average linkage with time, over new articles and the stories that they may belong to. Pure."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Of the mean similarity between the articles of two stories that are one. On halves of ECB+, with and without a
# background, every value between 0.28 and 0.36 does about equally well; below 0.25 two events of one kind are joined.
THRESHOLD = 0.33
DECAY_DAYS = 3.0  # after so many days without an article a likeness counts 1/e: news is told within days
MOST_DAYS = 30.0  # that a story lasts: what goes on for longer is a topic
LEAST_SIMILARITY = 0.1  # below that, two articles count as having nothing in common

# Beyond so many days even a perfect likeness has decayed below the threshold.
REACH_DAYS = DECAY_DAYS * math.log(1 / THRESHOLD)
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Node:
    """An article, or a story with all of its articles.

    `size` is how many articles have a say in what it is about (a copy has none), `first` and `last` are seconds since
    1970.
    """

    size: int
    first: float
    last: float


def cluster(
    nodes: Sequence[Node],
    similarities: Iterable[tuple[int, int, float]],
    same: Iterable[tuple[int, int]],
    ask: Callable[[int, int], float | None] = lambda one, other: None,
) -> list[list[int]]:
    """Join nodes as long as any two are closer than THRESHOLD, the closest first; returns the numbers of each cluster.

    `similarities` are (node, other, mean similarity of their articles), where that is at least LEAST_SIMILARITY; `same`
    are pairs that belong together whatever they are about. `ask` is for two nodes that became neighbours by way of a
    third and of which nothing is given: their similarity, or None for nothing to speak of. Linkage over stories as well
    as articles corrects what was parted because its articles came in an unlucky order.
    """
    return _Clustering(nodes, similarities, ask).run(same)


class _Clustering:
    def __init__(
        self,
        nodes: Sequence[Node],
        similarities: Iterable[tuple[int, int, float]],
        ask: Callable[[int, int], float | None],
    ) -> None:
        self.nodes = list(nodes)
        self.ask = ask
        self.members = [[number] for number in range(len(nodes))]
        self.alive = [True] * len(nodes)
        self.age = [0] * len(nodes)  # how often a node was joined: what the heap says of an older one is void
        self.likeness: list[dict[int, float]] = [{} for _ in nodes]
        for one, other, similarity in similarities:
            self.likeness[one][other] = similarity
            self.likeness[other][one] = similarity
        self.heap: list[tuple[float, int, int, int, int]] = []

    def run(self, same: Iterable[tuple[int, int]]) -> list[list[int]]:
        into = list(range(len(self.nodes)))
        for one, other in same:
            first, second = sorted((_root(into, one), _root(into, other)))
            if first != second:
                into[second] = first
                self._absorb(first, second)
        for one, found in enumerate(self.likeness):
            if self.alive[one]:
                for other, similarity in found.items():
                    if other > one:
                        self._push(one, other, similarity)
        while self.heap:
            _, one, other, age, other_age = heapq.heappop(self.heap)
            if self.alive[one] and self.alive[other] and (self.age[one], self.age[other]) == (age, other_age):
                self._absorb(one, other)
                for third, similarity in self.likeness[one].items():
                    self._push(one, third, similarity)
        return [sorted(self.members[number]) for number in range(len(self.nodes)) if self.alive[number]]

    def _push(self, one: int, other: int, similarity: float) -> None:
        if similarity < THRESHOLD:
            return
        close = similarity * nearness(self.nodes[one], self.nodes[other])
        if close >= THRESHOLD:
            one, other = min(one, other), max(one, other)
            heapq.heappush(self.heap, (-close, one, other, self.age[one], self.age[other]))

    def _absorb(self, one: int, other: int) -> None:
        """The second becomes part of the first; their likeness to others is the mean over their articles."""
        mine, theirs = self.nodes[one], self.nodes[other]
        size = mine.size + theirs.size
        part = mine.size / size if size else 1.0
        old, added = self.likeness[one], self.likeness[other]
        found: dict[int, float] = {}
        for third in old.keys() | added.keys():
            if third not in (one, other):
                similarity = part * self._known(one, third, added) + (1 - part) * self._known(other, third, old)
                if similarity > 0:
                    found[third] = similarity
        for third in old:
            self.likeness[third].pop(one, None)
        for third in added:
            self.likeness[third].pop(other, None)
        for third, similarity in found.items():
            self.likeness[third][one] = similarity
        self.likeness[one], self.likeness[other] = found, {}
        self.nodes[one] = Node(size, min(mine.first, theirs.first), max(mine.last, theirs.last))
        self.members[one] += self.members[other]
        self.alive[other] = False
        self.age[one] += 1

    def _known(self, node: int, third: int, partner: dict[int, float]) -> float:
        """A node's likeness to a third one, that it may know only through a partner that is like it."""
        known = self.likeness[node].get(third)
        if known is None and partner.get(third, 0.0) >= 2 * LEAST_SIMILARITY:
            known = self.ask(node, third)
        return known or 0.0


def nearness(one: Node, other: Node) -> float:
    """1 for what is of one time, less the longer they are apart; 0 where together they would last too long."""
    gap = max(0.0, one.first - other.last, other.first - one.last) / DAY
    if gap > REACH_DAYS or max(one.last, other.last) - min(one.first, other.first) > MOST_DAYS * DAY:
        return 0.0
    return math.exp(-gap / DECAY_DAYS)


def _root(into: list[int], number: int) -> int:
    while into[number] != number:
        number = into[number]
    return number
