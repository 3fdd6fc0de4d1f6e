"""Predict for each block of a page's text the probability that it belongs to the article.

The model is an ensemble of decision trees over the features of `block_features`. Its weights are in
`block-model.npz`, made by `benchmarks/training/blocks.py` from public collections of pages with their texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_PROSE_NEAR = "container 3 share of prose"
_BODY_NEAR = "body around 8"
"""Features of which one is positive for every block that can be the article's: without the others, a thousandth of the
articles' words is lost, and half of the time saved."""
_MAX_BLOCKS_AT_ONCE = 2000
"""Bounds the memory: each takes some kilobytes."""


@dataclass(frozen=True, slots=True)
class BlockModel:
    """Trees in flat arrays, one entry per node. A leaf is its own child, so that all trees can be walked in step."""

    version: str
    features: tuple[str, ...]
    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    """A block goes to the left child if its feature is at most this."""
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    """What a leaf adds to the log odds; of another node, the mean of its leaves."""
    depth: int
    """Steps from a root to the farthest leaf."""

    def probabilities(self, columns: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
        """The probabilities, from the features by name, each with one number per block.

        Menus and the like, far from all prose and from the text that trafilatura finds, get 0 without a look.
        """
        near = np.flatnonzero((columns[_PROSE_NEAR] > 0) | (columns[_BODY_NEAR] > 0))
        matrix = np.column_stack([columns[name] for name in self.features])[near]
        found = np.zeros(len(columns[_BODY_NEAR]))
        for start in range(0, len(near), _MAX_BLOCKS_AT_ONCE):
            part = slice(start, start + _MAX_BLOCKS_AT_ONCE)
            found[near[part]] = 1 / (1 + np.exp(-self._log_odds(matrix[part])))
        return found

    def contributions(self, columns: Mapping[str, NDArray[np.float32]], block: int) -> dict[str, float]:
        """What each feature of a block adds to its log odds: the changes of the mean on the way to the leaves."""
        values = [columns[name][block] for name in self.features]
        found: dict[str, float] = {}
        for root in self.roots:
            node = root
            while self.left[node] != node:
                feature = self.feature[node]
                child = (self.left if values[feature] <= self.threshold[node] else self.right)[node]
                name = self.features[feature]
                found[name] = found.get(name, 0.0) + float(self.value[child] - self.value[node])
                node = child
        return found

    def _log_odds(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        flat = matrix.ravel()
        rows = (np.arange(len(matrix), dtype=np.int32) * matrix.shape[1])[:, None]
        nodes = np.broadcast_to(self.roots, (len(matrix), len(self.roots)))
        for _ in range(self.depth):
            goes_left = flat.take(rows + self.feature.take(nodes)) <= self.threshold.take(nodes)
            nodes = np.where(goes_left, self.left.take(nodes), self.right.take(nodes))
        return np.asarray(self.value.take(nodes).sum(axis=1), np.float64)


def read_model(path: Path) -> BlockModel:
    """Read the weights from a file."""
    with np.load(path, allow_pickle=False) as stored:
        return BlockModel(
            str(stored["version"]),
            tuple(map(str, stored["features"])),
            stored["roots"],
            stored["feature"],
            stored["threshold"],
            stored["left"],
            stored["right"],
            stored["value"],
            int(stored["depth"]),
        )


@cache
def block_model() -> BlockModel:
    """The model that is part of this package."""
    with as_file(files("crawlers.extraction") / "block-model.npz") as path:
        return read_model(path)
