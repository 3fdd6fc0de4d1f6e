"""Articles to stories: average linkage with time, over new articles and the stories that they may belong to. Pure."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Of the mean similarity between the articles of two stories that are one. On three halves of ECB+ with and without a
# background, every value between 0.28 and 0.36 does about equally well; below 0.25 two events of one kind are joined.
THRESHOLD = 0.3
DECAY_DAYS = 3.0  # after so many days without an article a likeness counts 1/e: news is told within days
MOST_DAYS = 30.0  # that a story lasts: what goes on for longer is a topic
TERMS = 40  # kept of a story: on ECB+ 32 to 64 do as well as all

# Beyond so many days even a perfect likeness has decayed below the threshold.
REACH_DAYS = DECAY_DAYS * math.log(1 / THRESHOLD)
DAY = 86_400.0


@dataclass(slots=True)
class Node:
    """An article, or a story with all of its articles.

    `terms` is the mean of its articles' unit vectors, `size` how many those are; `first` and `last` are seconds since
    1970. A node of size 0 has no say in what a story is about (a copy).
    """

    terms: dict[int, float]
    size: int
    first: float
    last: float


def dot(one: dict[int, float], other: dict[int, float]) -> float:
    """The scalar product of two sparse vectors: of means of unit vectors, the mean similarity of their articles."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def heaviest(terms: dict[int, float], most: int = TERMS) -> dict[int, float]:
    """The heaviest terms; among equals the lower hash, so that the order of arrival does not matter."""
    if len(terms) <= most:
        return terms
    return dict(sorted(terms.items(), key=lambda item: (-item[1], item[0]))[:most])


def join(one: Node, other: Node) -> Node:
    """Both as one."""
    size = one.size + other.size
    terms: dict[int, float] = {}
    for node in (one, other):
        if node.size:
            part = node.size / size
            for term, weight in node.terms.items():
                terms[term] = terms.get(term, 0.0) + weight * part
    return Node(heaviest(terms), size, min(one.first, other.first), max(one.last, other.last))


def closeness(one: Node, other: Node) -> float:
    """Mean similarity of their articles, less the longer they are apart; 0 where together they last too long."""
    gap = max(0.0, one.first - other.last, other.first - one.last) / DAY
    if gap > REACH_DAYS or max(one.last, other.last) - min(one.first, other.first) > MOST_DAYS * DAY:
        return 0.0
    return dot(one.terms, other.terms) * math.exp(-gap / DECAY_DAYS)


def cluster(
    nodes: Sequence[Node], near: Iterable[tuple[int, int]], same: Iterable[tuple[int, int]]
) -> list[tuple[Node, list[int]]]:
    """Join nodes as long as any two are closer than THRESHOLD, the closest first.

    `near` are the pairs that may be close, `same` those that belong together whatever they are about. Returns the
    clusters with the numbers of their nodes, in the order of their first ones. Linkage over stories as well as articles
    corrects what was parted because its articles came in an unlucky order.
    """
    return _Clustering(nodes, near, same).run()


class _Clustering:
    def __init__(self, nodes: Sequence[Node], near: Iterable[tuple[int, int]], same: Iterable[tuple[int, int]]) -> None:
        self.nodes = list(nodes)
        self.members = [[number] for number in range(len(nodes))]
        self.alive = [True] * len(nodes)
        self.age = [0] * len(nodes)  # how often a node was joined: what the heap says of an older one is void
        self.neighbours: list[set[int]] = [set() for _ in nodes]
        self.same = list(same)
        for one, other in near:
            self.neighbours[one].add(other)
            self.neighbours[other].add(one)
        self.heap: list[tuple[float, int, int, int, int]] = []

    def run(self) -> list[tuple[Node, list[int]]]:
        into = list(range(len(self.nodes)))
        for one, other in self.same:
            first, second = sorted((_root(into, one), _root(into, other)))
            if first != second:
                into[second] = first
                self._absorb(first, second)
        for one, found in enumerate(self.neighbours):
            if self.alive[one]:
                for other in found:
                    if other > one:
                        self._push(one, other)
        while self.heap:
            _, one, other, age, other_age = heapq.heappop(self.heap)
            if self.alive[one] and self.alive[other] and (self.age[one], self.age[other]) == (age, other_age):
                self._absorb(one, other)
                for third in self.neighbours[one]:
                    self._push(one, third)
        return [
            (self.nodes[number], sorted(self.members[number]))
            for number in range(len(self.nodes))
            if self.alive[number]
        ]

    def _push(self, one: int, other: int) -> None:
        close = closeness(self.nodes[one], self.nodes[other])
        if close >= THRESHOLD:
            one, other = min(one, other), max(one, other)
            heapq.heappush(self.heap, (-close, one, other, self.age[one], self.age[other]))

    def _absorb(self, one: int, other: int) -> None:
        """The second becomes part of the first."""
        self.nodes[one] = join(self.nodes[one], self.nodes[other])
        self.members[one] += self.members[other]
        self.alive[other] = False
        self.age[one] += 1
        for third in self.neighbours[other]:
            self.neighbours[third].discard(other)
            if third != one:
                self.neighbours[third].add(one)
                self.neighbours[one].add(third)
        self.neighbours[other] = set()


def _root(into: list[int], number: int) -> int:
    while into[number] != number:
        number = into[number]
    return number
