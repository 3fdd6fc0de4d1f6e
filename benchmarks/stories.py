#!/usr/bin/env python3
"""Measures BCubed and pairwise figures of stories over orders of arrival and sizes of segments, beside a single pass.

usage: python benchmarks/stories.py [--shared DIR] [--orders N] [--batch N …]

`newsloom import` imports the texts of ../shared/eval/stories.jsonl in random orders, each order into a new warehouse,
in files of --batch articles (a file is a segment). ../shared/eval/score_stories.py scores the stories. The agreement is
the mean BCubed F1 of every two orders against each other. The peer is the usual simple method: in order of arrival,
each text joins the story whose TF-IDF centroid of title and first line is nearest, if it is nearer than a threshold.
The threshold of the peer is chosen on the same data, and its idf is that of the whole set.

Finally, it shows how much the threshold depends on this set: many times over, a threshold is chosen on a random half of
the topics and measured on the other half, by linkage alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from flows.dedup.stories import vectors
from flows.dedup.stories.clustering import MIN_SIMILARITY, THRESHOLD, Node, cluster
from flows.dedup.text.terms import weigh
from warehouse import connect

if TYPE_CHECKING:
    from types import ModuleType

THRESHOLDS = [at / 100 for at in range(26, 42, 1)]
SPLITS = 100
ROOT = Path(__file__).resolve().parent.parent


def scoring(file: Path) -> ModuleType:
    """The module score_stories."""
    spec = importlib.util.spec_from_file_location("score_stories", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def newsloom(rows: list[dict[str, str]], batch: int, folder: Path) -> dict[str, str]:
    """The story of each text (by its id) after an import in this order."""
    files = []
    for begin in range(0, len(rows), batch):
        file = folder / f"part-{begin:05d}.jsonl"
        lines = [
            {key: row[key] for key in ("url", "title", "text")} | {"language": "en"}
            for row in rows[begin : begin + batch]
        ]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        files.append(str(file))
    command = [sys.executable, "-m", "flows.cli", "import", *files, "--data", str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    with connect(folder / "data") as warehouse:
        stories = dict(
            warehouse.execute(
                """
                SELECT url, story_id FROM articles
                UNION ALL SELECT aliases.url, story_id FROM aliases JOIN articles USING (article_id)
                """
            ).fetchall()
        )
    return {row["id"]: str(stories[row["url"]]) for row in rows}


def single_pass(rows: list[dict[str, str]], threshold: float) -> dict[str, str]:
    """One pass over title and first line."""
    bags = {
        row["id"]: Counter(re.findall(r"\w+", f"{row['title']} {row['text'].splitlines()[0]}".lower())) for row in rows
    }
    shares = Counter(word for bag in bags.values() for word in bag)
    sums: list[defaultdict[str, float]] = []
    answer = {}
    for row in rows:
        vector = {word: count * math.log(len(rows) / shares[word]) for word, count in bags[row["id"]].items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        vector = {word: weight / length for word, weight in vector.items()}
        best, where = 0.0, None
        for number, centroid in enumerate(sums):
            size = math.sqrt(sum(weight * weight for weight in centroid.values())) or 1.0
            similarity = sum(weight * centroid.get(word, 0.0) for word, weight in vector.items()) / size
            if similarity > best:
                best, where = similarity, number
        if where is None or best < threshold:
            sums.append(defaultdict(float))
            where = len(sums) - 1
        for word, weight in vector.items():
            sums[where][word] += weight
        answer[row["id"]] = str(where)
    return answer


def halves(rows: list[dict[str, Any]], truth: dict[str, str], score: ModuleType) -> None:
    """Print the best thresholds for halves of the topics, and their figures on the other halves."""
    terms = [weigh(row["title"], row["text"], "en") for row in rows]
    found = vectors.unit(
        vectors.heaviest(
            np.repeat(np.arange(len(rows)), [len(each) for each, _ in terms]),
            np.concatenate([each for each, _ in terms]),
            np.concatenate([weights for _, weights in terms]),
        )
    )
    pairs = vectors.products(found, MIN_SIMILARITY)
    answers = {}
    for threshold in (*THRESHOLDS, THRESHOLD):
        clusters = cluster([Node(1, 0.0, 0.0)] * len(rows), pairs, [], threshold)
        answers[threshold] = {rows[at]["id"]: str(number) for number, each in enumerate(clusters) for at in each}

    def measured(threshold: float, topics: set[int]) -> float:
        # Almost nothing is joined across topics: half of the whole result is the result for that half.
        return float(
            score.bcubed({row["id"]: truth[row["id"]] for row in rows if row["topic"] in topics}, answers[threshold])[2]
        )

    every = sorted({row["topic"] for row in rows})
    chosen, there, fixed = [], [], []
    for seed in range(SPLITS):
        half = set(random.Random(seed).sample(every, len(every) // 2))
        chosen.append(max(THRESHOLDS, key=lambda threshold: measured(threshold, half)))
        there.append(measured(chosen[-1], set(every) - half))
        fixed.append(measured(THRESHOLD, set(every) - half))
    print("threshold " + "  ".join(f"{each:.2f}: {measured(each, set(every)):.3f}" for each in THRESHOLDS))
    print(
        f"halves    of the topics, {SPLITS} times: chosen {mean(chosen):.3f} (deviation {stdev(chosen):.3f}), on the "
        f"other half F1 {mean(there):.4f} (deviation {stdev(there):.4f}); {THRESHOLD} there {mean(fixed):.4f}"
    )


def measure(rows: list[dict[str, Any]], truth: dict[str, str], batch: int, orders: int, score: ModuleType) -> float:
    """Print the figures for segments of one size; returns the mean BCubed F1."""
    found = []
    for order in range(orders):
        shuffled = random.Random(order).sample(rows, len(rows))
        with tempfile.TemporaryDirectory() as folder:
            found.append(newsloom(shuffled, batch, Path(folder)))
    print(f"segments of {batch}: {mean(len(set(answer.values())) for answer in found):.1f} stories found")
    ours = [score.bcubed(truth, answer) for answer in found]
    for name, figures in (("bcubed", ours), ("pairwise", [score.pairwise(truth, answer) for answer in found])):
        precision, recall, both = (mean(column) for column in zip(*figures, strict=True))
        least, most = min(figure[2] for figure in figures), max(figure[2] for figure in figures)
        print(f"{name:9} P {precision:.4f}  R {recall:.4f}  F1 {both:.4f}   ({least:.4f} to {most:.4f})")
    agreement = [score.bcubed(one, other)[2] for one, other in combinations(found, 2)]
    if agreement:
        print(f"agreement of two orders, BCubed F1: mean {mean(agreement):.4f}, least {min(agreement):.4f}", flush=True)
    return float(mean(figure[2] for figure in ours))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--batch", type=int, nargs="+", default=[1000, 50, 10], help="articles of a segment")
    args = parser.parse_args()
    data = args.shared / "eval" / "stories.jsonl"
    if not data.is_file():
        sys.exit(f"{data}: no evaluation data found; give its folder with --shared")
    score = scoring(args.shared / "eval" / "score_stories.py")
    rows = [json.loads(line) for line in data.open(encoding="utf-8")]
    truth = {row["id"]: row["cluster"] for row in rows}
    print(f"{len(rows)} texts in {len(set(truth.values()))} stories, {args.orders} orders")
    ours = mean(measure(rows, truth, batch, args.orders, score) for batch in args.batch)
    orders = [random.Random(order).sample(rows, len(rows)) for order in range(min(3, args.orders))]
    peer = max(
        mean(score.bcubed(truth, single_pass(order, threshold))[2] for order in orders)
        for threshold in (0.2, 0.25, 0.3, 0.35)
    )
    print(f"peer      title and lead, one pass: BCubed F1 {peer:.4f}; ratio {ours / peer:.2f}")
    halves(rows, truth, score)


if __name__ == "__main__":
    main()
