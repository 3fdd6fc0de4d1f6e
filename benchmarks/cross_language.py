#!/usr/bin/env python3
"""How well are stories of different languages linked, what does the threshold depend on, and what does it cost?

usage: python benchmarks/cross_language.py [--shared DIR] [--orders N] [--linkage]

Two sets, both written for this purpose, in news agency style:
- invented: cross_language.jsonl, 146 reports of 50 events in 14 languages, two to four of each event, and two or three
  events of each kind on the same days (three earthquakes, two strikes at airports, two affairs of one firm).
- real: cross_language_real.jsonl, 26 reports in 11 languages on events of ../shared/eval/events.jsonl, whose English
  articles were published by many outlets.

`newsloom import` imports each set into a new warehouse, in random orders, in files of 20 articles. A pair of stories of
different languages counts as right if their articles are of one event. Recall is of the pairs of languages in which an
event was reported. `wrong within a language` are pairs of articles that one story has, though they are of two events:
no link can put that right.

With --linkage, each invented report is a story of its own, and the threshold is chosen by cross-validation over events:
the lowest with a precision of 0.95 on the other events. It also prints the time and the space of a text.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

import numpy as np

from flows.dedup.link_stories import LEAD_LETTERS
from flows.dedup.links import match
from flows.dedup.links.encoder import encode
from flows.dedup.links.marks import find_marks
from flows.dedup.links.match import Encoded, best_matches, mutual
from warehouse import connect

if TYPE_CHECKING:
    Rows = list[dict[str, Any]]

HERE = Path(__file__).resolve().parent
FOLDS = 5
THRESHOLDS = (0.48, 0.5, 0.52, 0.54, 0.56, 0.58, 0.6, 0.62)
WEIGHTS = (0.0, 0.3)  # of names and numbers
PRECISION = 0.95  # the threshold is the lowest with this precision on the other events
FILE = 20
EPOCH = np.datetime64("1970-01-01")


def invented() -> Rows:
    """The invented reports."""
    return read(HERE / "cross_language.jsonl")


def real(shared: Path) -> Rows:
    """English articles on real events, and a report in another language on each of 26 of them."""
    rows = [
        {"event": row["cluster"], "language": "en", "day": row["date"][:10], "title": row["title"], "text": row["text"]}
        for row in read(shared / "eval" / "events.jsonl")
    ]
    return rows + read(HERE / "cross_language_real.jsonl")


def read(file: Path) -> Rows:
    """The lines of a JSONL file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def imported(rows: Rows, seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
    """Import the reports; returns the links and the pairs within stories, as pairs of events, and what it said."""
    shuffled = random.Random(seed).sample(rows, len(rows))
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for begin in range(0, len(shuffled), FILE):
            file = Path(folder) / f"{begin:04}.jsonl"
            lines = [
                {
                    "url": f"https://{row['language']}.example/{begin + at}/{row['event']}",
                    "published_at": row["day"],
                    "source": f"{row['language']}-{at % 5}",
                }
                | {key: row[key] for key in ("title", "text", "language")}
                for at, row in enumerate(shuffled[begin : begin + FILE])
            ]
            file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            files.append(str(file))
        data = Path(folder) / "data"
        said = subprocess.run(
            [sys.executable, "-m", "flows.cli", "import", *files, "--data", str(data)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        with connect(data) as connection:
            # The event of a story is that of most of its articles.
            links = connection.execute(
                """
                WITH told AS (
                    SELECT story_id, mode(parse_filename(url)) AS event FROM articles GROUP BY story_id
                )
                SELECT one.event, other.event FROM story_links
                JOIN told AS one ON one.story_id = story_links.story_id
                JOIN told AS other ON other.story_id = story_links.other_id
                """
            ).fetchall()
            within = connection.execute(
                """
                SELECT parse_filename(one.url), parse_filename(other.url)
                FROM articles AS one JOIN articles AS other ON other.story_id = one.story_id AND one.url < other.url
                """
            ).fetchall()
    return links, within, said.strip().splitlines()[-1]


def possible(rows: Rows) -> int:
    """In how many pairs of languages the events were reported."""
    languages = defaultdict(set)
    for row in rows:
        languages[row["event"]].add(row["language"])
    return sum(len(found) * (len(found) - 1) // 2 for found in languages.values())


def encoded(rows: Rows) -> tuple[Encoded, float]:
    """Each report as a story of its own, and the milliseconds of CPU per text."""
    texts = [f"{row['title']}. {row['text'][:LEAD_LETTERS]}" for row in rows]
    encode(texts[:1])
    start = time.process_time()
    vectors = encode(texts)
    ms = 1000 * (time.process_time() - start) / len(texts)
    days = np.array([(np.datetime64(row["day"]) - EPOCH).astype(int) for row in rows], np.int64)
    found = Encoded(
        ids=[UUID(int=number) for number in range(len(rows))],
        languages=np.array([row["language"] for row in rows], np.str_),
        days=days,
        last_days=days,
        vectors=vectors,
        marks=[find_marks(text, row["language"]) for text, row in zip(texts, rows, strict=True)],
    )
    return found, ms


def validate(rows: Rows, found: Encoded) -> None:
    """Choose the threshold on four fifths of the events, and count the links of the last fifth."""
    fold = [zlib.crc32(row["event"].encode()) % FOLDS for row in rows]
    right, wrong = defaultdict(lambda: np.zeros(FOLDS)), defaultdict(lambda: np.zeros(FOLDS))
    many = possible(rows)
    print("\nweight  threshold  precision  recall")
    for setting in product(WEIGHTS, THRESHOLDS):
        match.MARKS_WEIGHT, match.THRESHOLD = setting
        for one, other in mutual(best_matches(found, [found])):
            events = rows[one.int]["event"], rows[other.int]["event"]
            (right if events[0] == events[1] else wrong)[setting][max(fold[one.int], fold[other.int])] += 1
        hits, misses = right[setting].sum(), wrong[setting].sum()
        print(f"{setting[0]:6}  {setting[1]:9}  {hits / (hits + misses):9.3f}  {hits / many:6.3f}")
    for weight in WEIGHTS:
        hits = misses = 0
        chosen = []
        for left in range(FOLDS):
            others = np.arange(FOLDS) != left
            fits = [
                (good, threshold)
                for threshold in THRESHOLDS
                if (good := right[weight, threshold][others].sum())
                >= PRECISION * (good + wrong[weight, threshold][others].sum())
            ]
            chosen.append(max(fits)[1])
            hits += right[weight, chosen[-1]][left]
            misses += wrong[weight, chosen[-1]][left]
        print(
            f"events left out, weight {weight}: precision {hits / (hits + misses):.3f}, recall {hits / many:.3f}; "
            f"thresholds {', '.join(map(str, chosen))}"
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--orders", type=int, default=2)
    parser.add_argument("--linkage", action="store_true")
    given = parser.parse_args()
    for name, rows in (("invented", invented()), ("real", real(given.shared))):
        for seed in range(given.orders):
            links, within, said = imported(rows, seed)
            right = sum(one == other for one, other in links)
            print(
                f"{name}, order {seed}: {len(links)} links, precision {right / max(len(links), 1):.3f}, "
                f"recall {right / possible(rows):.3f}; wrong within a language: "
                f"{sum(one != other for one, other in within)} of {len(within)}\n  {said}"
            )
    if given.linkage:
        rows = invented()
        found, ms = encoded(rows)
        marks = np.mean([len(some) for some in found.marks])
        print(f"\n{ms:.1f} ms of CPU and {found.vectors.shape[1]} bytes a text; {marks:.1f} names and numbers")
        validate(rows, found)


if __name__ == "__main__":
    main()
