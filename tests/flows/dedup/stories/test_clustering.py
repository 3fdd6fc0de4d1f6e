"""Clusters of articles and stories."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.dedup.stories import vectors
from flows.dedup.stories.clustering import DAY, MAX_DAYS, Node, cluster


def node(hours: float = 0.0, until: float | None = None, size: int = 1) -> Node:
    return Node(size, hours * 3600, (hours if until is None else until) * 3600)


def pairs(*found: tuple[int, int, float]) -> vectors.Pairs:
    one, other, products = zip(*found, strict=True) if found else ((), (), ())
    return vectors.Pairs(np.array(one, np.int64), np.array(other, np.int64), np.array(products, np.float64))


def test_the_closest_join_first_by_their_mean_similarity() -> None:
    assert cluster([node()] * 3, pairs((0, 1, 0.9), (1, 2, 0.5), (0, 2, 0.1)), [], 0.35) == [[0, 1], [2]]
    assert cluster([node()] * 3, pairs((0, 1, 0.9), (1, 2, 0.5), (0, 2, 0.3)), [], 0.35) == [[0, 1, 2]]


def test_a_mean_counts_articles_and_not_stories() -> None:
    similarity = pairs((0, 1, 0.95), (0, 2, 0.9), (1, 2, 0.1))
    assert cluster([node(), node(size=1), node()], similarity, [], 0.35) == [[0, 1, 2]]
    assert cluster([node(), node(size=9), node()], similarity, [], 0.35) == [[0, 1], [2]]


def test_time_separates_articles_with_the_same_words() -> None:
    assert cluster([node(0), node(24)], pairs((0, 1, 0.3)), []) == [[0, 1]]
    assert cluster([node(0), node(24 * 25)], pairs((0, 1, 0.3)), []) == [[0], [1]]
    # The time of a story is the middle of its articles'.
    assert cluster([node(0, 24 * 25), node(24 * 25)], pairs((0, 1, 0.3)), []) == [[0, 1]]


def test_the_reports_of_one_outlet_part_sooner_than_those_of_two() -> None:
    def at(day: int, outlet: str) -> Node:
        return Node(1, day * DAY, day * DAY, outlet)

    similarity = pairs((0, 1, 0.3))
    assert cluster([at(0, "a.example"), at(2, "a.example")], similarity, []) == [[0, 1]]
    assert cluster([at(0, "a.example"), at(7, "a.example")], similarity, []) == [[0], [1]]
    assert cluster([at(0, "a.example"), at(7, "b.example")], similarity, []) == [[0, 1]]


def test_an_article_in_between_joins_articles_too_far_apart_in_time() -> None:
    days = [node(0), node(24 * 9), node(24 * 18)]
    assert cluster(days[::2], pairs((0, 1, 0.25)), []) == [[0], [1]]
    assert cluster(days, pairs((0, 1, 0.25), (1, 2, 0.25), (0, 2, 0.25)), []) == [[0, 1, 2]]


def test_a_story_lasts_thirty_days_at_most() -> None:
    long = node(0, MAX_DAYS * DAY / 3600)
    assert cluster([long, node(MAX_DAYS * 24 + 1)], pairs((0, 1, 1.0)), []) == [[0], [1]]


def test_a_copy_belongs_to_its_original_and_does_not_count() -> None:
    nodes = [node(), node(size=0), node()]
    assert cluster(nodes, pairs((0, 2, 0.5)), [(0, 1)]) == [[0, 1, 2]]
    assert cluster([node(), node(24 * 20)], pairs(), [(0, 1)]) == [[0, 1]]
    assert cluster([], pairs(), []) == []


@given(st.integers(0, 2**32), st.permutations(range(12)))
def test_clusters_do_not_depend_on_the_order_of_the_nodes(seed: int, order: list[int]) -> None:
    rng = np.random.default_rng(seed)
    similarity = rng.random((12, 12)) * rng.random((12, 12))
    nodes = [node(hours, size=size) for hours, size in zip(rng.random(12) * 90, rng.integers(1, 4, 12), strict=True)]
    every = [(one, other, similarity[one, other]) for one in range(12) for other in range(one + 1, 12)]
    place = {number: at for at, number in enumerate(order)}
    turned = [(*sorted((place[one], place[other])), value) for one, other, value in every]
    found = cluster([nodes[number] for number in order], pairs(*turned), [])
    assert {frozenset(order[at] for at in each) for each in found} == set(
        map(frozenset, cluster(nodes, pairs(*every), []))
    )
