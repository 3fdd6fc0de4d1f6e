#!/usr/bin/env python3
"""BCubed and pairwise figures of the stories, mean of several arrival orders, beside one pass over title and lead.

usage: python benchmarks/stories.py [--shared DIR] [--orders N] [--batch N]

The texts of ../shared/eval/stories.jsonl are imported in random orders by `newsloom import`, each order into a new
warehouse, in files of --batch articles (all at once without it), and scored by ../shared/eval/score_stories.py. The
agreement of two orders is their BCubed F1 against each other. The peer is the usual start: in order of arrival, each
text joins the story whose TF-IDF centroid of title and first line is nearest, if that is nearer than a threshold; the
threshold is chosen for the peer on the very data, and its idf is that of the whole set.
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
from statistics import mean
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from warehouse import connect

if TYPE_CHECKING:
    from types import ModuleType

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
    """The story of each text (by its id), as the warehouse has it after an import in this order."""
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


def usual(rows: list[dict[str, str]], threshold: float) -> dict[str, str]:
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
            likeness = sum(weight * centroid.get(word, 0.0) for word, weight in vector.items()) / size
            if likeness > best:
                best, where = likeness, number
        if where is None or best < threshold:
            sums.append(defaultdict(float))
            where = len(sums) - 1
        for word, weight in vector.items():
            sums[where][word] += weight
        answer[row["id"]] = str(where)
    return answer


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--batch", type=int, default=1000, help="articles of a file, and so of a segment")
    args = parser.parse_args()
    data = args.shared / "eval" / "stories.jsonl"
    if not data.is_file():
        sys.exit(f"{data}: the evaluation data is not here; give its folder with --shared")
    score = scoring(args.shared / "eval" / "score_stories.py")
    rows = [json.loads(line) for line in data.open(encoding="utf-8")]
    truth = {row["id"]: row["cluster"] for row in rows}
    found = []
    for order in range(args.orders):
        shuffled = random.Random(order).sample(rows, len(rows))
        with tempfile.TemporaryDirectory() as folder:
            found.append(newsloom(shuffled, args.batch, Path(folder)))
    print(f"{len(rows)} texts in {len(set(truth.values()))} stories, {args.orders} orders, segments of {args.batch}")
    ours = [score.bcubed(truth, answer) for answer in found]
    for name, figures in (("bcubed", ours), ("pairwise", [score.pairwise(truth, answer) for answer in found])):
        precision, recall, both = (mean(column) for column in zip(*figures, strict=True))
        least, most = min(figure[2] for figure in figures), max(figure[2] for figure in figures)
        print(f"{name:9} P {precision:.4f}  R {recall:.4f}  F1 {both:.4f}   ({least:.4f} to {most:.4f})")
    print(f"stories   found {mean(len(set(answer.values())) for answer in found):.1f}")
    agreement = [score.bcubed(one, other)[2] for one, other in combinations(found, 2)]
    if agreement:
        print(f"agreement of two orders, BCubed F1: mean {mean(agreement):.4f}, least {min(agreement):.4f}")
    orders = [random.Random(order).sample(rows, len(rows)) for order in range(min(3, args.orders))]
    peer = max(
        mean(score.bcubed(truth, usual(order, threshold))[2] for order in orders)
        for threshold in (0.2, 0.25, 0.3, 0.35)
    )
    print(f"peer      title and lead, one pass: BCubed F1 {peer:.4f}; ratio {mean(f[2] for f in ours) / peer:.2f}")


if __name__ == "__main__":
    main()
