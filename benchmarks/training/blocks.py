#!/usr/bin/env python3
"""Make crawlers/extraction/block-model.npz, the model that chooses the blocks of a page that are the article's.

usage: python benchmarks/training/blocks.py [--shared DIR] [--cache FILE] [--write]

Needs LightGBM (dependency group `training`). Each block of a page is labelled with the share of its words that stand in
the article's reference text, in order (`label`). Every page weighs the same, and within it every block as much as its
words. FILE keeps the features, which take most of the time; it is made if it does not exist. The same pages give the
same model. `benchmarks/extraction_quality.py` scores it, out of fold.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import pickle
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from itertools import groupby
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from crawlers.extraction.article import Rejection
from crawlers.extraction.block_model import BlockModel
from crawlers.extraction.body import blocks_with_features
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.version import BLOCK_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

WEIGHTS = ROOT / "crawlers" / "extraction" / "block-model.npz"
SHARED = ROOT.parent / "shared"
FOLDERS = {"articles": "pages/articles", "news": "pages/news", "newsweb": "newsweb/pages"}
ROUNDS = 130
PARAMETERS = {
    "objective": "cross_entropy",  # labels are shares
    "learning_rate": 0.1,
    "num_leaves": 28,
    "max_depth": 6,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
MOST_OF_A_PAGE = 0.25
"""Share of the article's words from which a longer block weighs no more."""
MOST_BESIDE = 2.0
"""The weight of a page's blocks, in lengths of its article: a page of comments does not count for ten."""
FEWEST_WORDS = 20
SHARE_FOUND = 0.3
"""Share of a block's runs of three words from which an edited block counts as part of the article."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TrainingPage:
    """A page of a collection. `collection` is `aeb` or `fundus` for those of newsweb."""

    id: str
    collection: str
    host: str
    url: str
    page: bytes
    truth: dict[str, object]


@dataclass(frozen=True, slots=True)
class Sample:
    """The blocks of a page: features (blocks x features, float32), labels and weights."""

    id: str
    host: str
    names: tuple[str, ...]
    features: NDArray[np.float32]
    labels: NDArray[np.float32]
    weights: NDArray[np.float64]


def read_collections(shared: Path) -> Iterator[TrainingPage]:
    """The pages of articles with their truth."""
    for collection, folder in FOLDERS.items():
        directory = shared / folder
        files = {row["id"]: row["file"] for row in map(json.loads, (directory / "index.jsonl").open(encoding="utf-8"))}
        for truth in map(json.loads, (directory / "truth.jsonl").open(encoding="utf-8")):
            name = truth["id"].partition("-")[0] if collection == "newsweb" else collection
            host = (urlsplit(truth["url"]).hostname or "").removeprefix("www.")
            page = gzip.decompress((directory / files[truth["id"]]).read_bytes())
            yield TrainingPage(truth["id"], name, host, truth["url"], page, truth)


def fold_of(host: str, folds: int) -> int:
    """The fold of all pages of a host."""
    return int(hashlib.md5(host.encode(), usedforsecurity=False).hexdigest(), 16) % folds


def label(blocks: Sequence[str], truth: str) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """For each block the share of its words that belong to the truth, and its weight.

    Blocks that the truth contains word by word are taken in order, so that the most words are covered: of a heading
    that the page repeats, only the one in its place is labelled. The others by the share of their runs of three words
    that stand in the rest of the truth.
    """
    words = [_WORDS.findall(block.lower()) for block in blocks]
    wanted = _WORDS.findall(truth.lower())
    chain = _longest_chain(words, wanted)
    labels = np.zeros(len(blocks), np.float32)
    used = [False] * len(wanted)
    for number, start in chain:
        labels[number] = 1
        used[start : start + len(words[number])] = [True] * len(words[number])
    rest = Counter(
        tuple(wanted[start : start + 3]) for start in range(len(wanted) - 2) if not (used[start] and used[start + 2])
    )
    for number, block in enumerate(words):
        if labels[number] or len(block) < 5:
            continue
        runs = Counter(tuple(block[start : start + 3]) for start in range(len(block) - 2))
        share = (runs & rest).total() / runs.total()
        if share >= SHARE_FOUND:
            labels[number] = share
            rest -= runs
    sizes = np.maximum([len(block) for block in words], 0.5) / max(len(wanted), FEWEST_WORDS)
    weights = np.minimum(sizes, MOST_OF_A_PAGE)
    return labels, weights * min(1.0, MOST_BESIDE / weights.sum())


def _longest_chain(blocks: Sequence[list[str]], wanted: list[str]) -> list[tuple[int, int]]:
    """(block, start in the truth) of blocks in order that do not overlap there and cover the most words."""
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for start in range(len(wanted)):
        for length in (1, 2, 3):
            if start + length <= len(wanted):
                starts[tuple(wanted[start : start + length])].append(start)
    places = [
        (number, start)
        for number, block in enumerate(blocks)
        if block
        for start in starts.get(tuple(block[:3]), ())[:60]
        if wanted[start : start + len(block)] == block
    ]
    # A Fenwick tree over the ends in the truth: the best chain, as (words, last place), that ends at most there.
    best = [(0.0, -1)] * (len(wanted) + 2)
    before = [-1] * len(places)
    longest = (0.0, -1)
    for _, group in groupby(range(len(places)), key=lambda place: places[place][0]):
        ended = []
        for place in group:
            number, start = places[place]
            words, before[place] = max(_prefixes(best, start), default=(0.0, -1))
            ended.append((start + len(blocks[number]), (words + len(blocks[number]) + 0.01, place)))
        for end, chain in ended:
            longest = max(longest, chain)
            position = end + 1
            while position < len(best):
                best[position] = max(best[position], chain)
                position += position & -position
    found = []
    place = longest[1]
    while place >= 0:
        found.append(places[place])
        place = before[place]
    return found[::-1]


def _prefixes(best: list[tuple[float, int]], end: int) -> Iterator[tuple[float, int]]:
    position = end + 1
    while position > 0:
        yield best[position]
        position -= position & -position


def sample_of(page: TrainingPage) -> Sample | None:
    """The blocks of a page; None if it has none."""
    parsed = read_page(page.page, page.url)
    if isinstance(parsed, Rejection):
        return None
    declared = read_declared(parsed)
    blocks, columns = blocks_with_features(parsed.elements, page.url, declared.name_keys, declared.headline_keys)
    if not blocks:
        return None
    labels, weights = label([block.text for block in blocks], str(page.truth["body"]))
    return Sample(page.id, page.host, tuple(columns), np.column_stack(list(columns.values())), labels, weights)


def read_samples(pages: Iterable[TrainingPage], cache: Path | None) -> list[Sample]:
    """The blocks of all pages; from the cache if it exists."""
    if cache is not None and cache.exists():
        return [Sample(**row) for row in pickle.loads(cache.read_bytes())]  # a file of this script's own
    with Pool() as pool:
        samples = [sample for sample in pool.imap(sample_of, pages, chunksize=8) if sample is not None]
    if cache is not None:
        names = [field.name for field in fields(Sample)]
        cache.write_bytes(pickle.dumps([{name: getattr(sample, name) for name in names} for sample in samples]))
    return samples


def train(samples: Sequence[Sample], version: str = BLOCK_MODEL) -> BlockModel:
    """Fit the model."""
    import lightgbm

    names = samples[0].names
    weights = np.concatenate([sample.weights for sample in samples])
    data = lightgbm.Dataset(
        np.vstack([sample.features for sample in samples]),
        np.concatenate([sample.labels for sample in samples]),
        weight=weights * len(weights) / weights.sum(),
        params={"max_bin": PARAMETERS["max_bin"], "verbosity": -1},
    )
    return _flat(lightgbm.train(PARAMETERS, data, ROUNDS).dump_model()["tree_info"], names, version)


def _flat(trees: list[dict[str, object]], names: Sequence[str], version: str) -> BlockModel:
    """LightGBM's trees as arrays, with the features that they use."""
    rows: list[list[float]] = []  # feature, threshold, left, right, value

    def add(node: dict[str, object]) -> tuple[int, int]:
        number = len(rows)
        rows.append([0, np.inf, number, number, node.get("leaf_value", 0.0)])
        if "split_feature" not in node:
            return number, 0
        left, depth = add(node["left_child"])
        right, other = add(node["right_child"])
        rows[number] = [node["split_feature"], node["threshold"], left, right, node["internal_value"]]
        return number, max(depth, other) + 1

    roots, depths = zip(*(add(tree["tree_structure"]) for tree in trees), strict=True)
    feature, threshold, left, right, value = map(np.array, zip(*rows, strict=True))
    used, feature = np.unique(feature.astype(int), return_inverse=True)
    return BlockModel(
        version,
        tuple(names[number] for number in used),
        np.array(roots, np.int32),
        feature.astype(np.int32),
        threshold.astype(np.float64),
        left.astype(np.int32),
        right.astype(np.int32),
        value.astype(np.float64),
        max(depths),
    )


def write_model(model: BlockModel, path: Path) -> None:
    """Write the weights as a file that `read_model` reads. The same weights give the same bytes."""
    fields = {
        name: getattr(model, name) for name in ("roots", "feature", "threshold", "left", "right", "value", "depth")
    }
    np.savez_compressed(path, version=model.version, features=np.array(model.features), **fields)


def main() -> None:
    """Train on all pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    samples = read_samples(read_collections(args.shared), args.cache)
    model = train(samples)
    print(f"{len(samples)} pages, {len(model.features)} features, {len(model.feature):,} nodes, depth {model.depth}")
    if args.write:
        write_model(model, WEIGHTS)
        print(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
