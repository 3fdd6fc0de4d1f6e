"""Sparse vectors: products, means, similarities."""

from __future__ import annotations

import numpy as np
import pytest

from flows.dedup.stories import vectors


def some_vectors(rows: int) -> tuple[np.ndarray, vectors.Vectors]:
    rng = np.random.default_rng(3)
    dense = rng.random((rows, 50)).astype(np.float32) * (rng.random((rows, 50)) < 0.3)
    places = np.nonzero(dense)
    return dense, vectors.heaviest(places[0].astype(np.int64), places[1].astype(np.uint32), dense[places], 50)


@pytest.mark.parametrize("limit", ["MAX_PRODUCTS", "MAX_CELLS"])
@pytest.mark.parametrize("room", [vectors.MAX_PRODUCTS, 40, 1])
def test_products_are_those_of_the_whole_vectors(limit: str, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, limit, room)
    dense, sparse = some_vectors(30)
    found = vectors.products(sparse, 0.01)
    products = dict(zip(zip(found.one.tolist(), found.other.tolist(), strict=True), found.products, strict=True))
    assert len(products) == len(found.one)
    for one in range(30):
        for other in range(30):
            expected = float(dense[one] @ dense[other]) if one < other else 0.0
            assert products.get((one, other), 0.0) == pytest.approx(expected, abs=0.011)


def test_the_heaviest_terms_are_kept_and_among_equals_the_lower() -> None:
    many, most = 40, 30
    weights = np.ones(many, np.float32)
    weights[-1] = 2
    found = vectors.heaviest(np.zeros(many, np.int64), np.arange(many, dtype=np.uint32), weights, most)
    assert found.terms.tolist() == [many - 1, *range(most - 1)]


def test_each_row_may_have_its_own_number_of_terms() -> None:
    rows, terms = np.repeat([0, 1], 3), np.array([1, 2, 3, 1, 2, 3], np.uint32)
    kept = vectors.choose_heaviest(rows, terms, np.array([1, 2, 3, 3, 2, 1], np.float32), np.array([1, 2]))
    assert kept.tolist() == [2, 3, 4]


def test_the_distance_of_two_vectors_counts_the_terms_that_only_one_has() -> None:
    dense, sparse = some_vectors(5)
    others = dense[::-1]
    found = vectors.distances(sparse, sparse.some(np.arange(5)[::-1]), 5)
    assert found.tolist() == pytest.approx(np.linalg.norm(dense - others, axis=1).tolist(), abs=1e-5)


def test_the_centroid_of_a_group_is_the_mean_of_its_vectors_and_similarity_is_measured_to_it() -> None:
    dense, sparse = some_vectors(5)
    group, sizes = np.array([1, 0, 1, -1, 1]), np.array([1, 1, 3, 1, 0])
    centroids = vectors.means(sparse, group, sizes)
    expected = (dense[0] + 3 * dense[2]) / 4
    here = centroids.rows == 1
    assert dict(zip(centroids.terms[here].tolist(), centroids.weights[here].tolist(), strict=True)) == pytest.approx(
        {term: value for term, value in enumerate(expected.tolist()) if value}
    )
    similarity = vectors.similarities(sparse, group, centroids)
    assert similarity.tolist() == pytest.approx(
        [dense[0] @ expected, dense[1] @ dense[1], dense[2] @ expected, 0.0, dense[4] @ expected], abs=1e-5
    )
