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

With --linkage, the threshold and the weight of names and numbers are chosen by cross-validation over events, on the
invented reports, with 3,000 real texts of ../shared as further candidates of every day; the figures are of the events
left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

import numpy as np
from py3langid.langid import classify

from flows.dedup.link_stories import LEAD_LETTERS
from flows.dedup.links import match
from flows.dedup.links.encoder import LANGUAGES, encode
from flows.dedup.links.marks import find_marks
from flows.dedup.links.match import Encoded, best_matches, mutual
from warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = list[dict[str, Any]]

HERE = Path(__file__).resolve().parent
FOLDS = 5
THRESHOLDS = [at / 100 for at in range(46, 76, 2)]
WEIGHTS = [0.0, 0.1, 0.2, 0.3, 0.4]
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
    found = file.read_bytes()
    if file.suffix == ".gz":
        found = gzip.decompress(found)
    return [json.loads(line) for line in found.splitlines()]


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


def candidates(shared: Path) -> tuple[Rows, Encoded, float]:
    """The invented reports and, as further candidates, real texts; and the milliseconds of CPU per text."""
    rows = invented()
    rows += [
        {"event": f"wire {at}", "language": "en", "day": None, "title": row["title"], "text": row["text"]}
        for at, row in enumerate(read(shared / "eval" / "wire.jsonl.gz")[::5])
    ]
    for folder in ("newsweb/pages", "pages/news", "pages/articles"):
        titles = {row["id"]: row.get("title") or "" for row in read(shared / folder / "index.jsonl")}
        for row in read(shared / folder / "truth.jsonl"):
            title = row.get("title") or titles.get(row["id"], "")
            language = classify(f"{title} {row['body'][:1000]}")[0]
            if language in LANGUAGES:
                rows.append(
                    {"event": row["id"], "language": language, "day": None, "title": title, "text": row["body"]}
                )
    texts = [f"{row['title']}. {row['text'][:LEAD_LETTERS]}" for row in rows]
    encode(texts[:1])
    start = time.process_time()
    vectors = encode(texts)
    ms = 1000 * (time.process_time() - start) / len(texts)
    days = [0 if row["day"] is None else int((np.datetime64(row["day"]) - EPOCH).astype(int)) for row in rows]
    found = Encoded(
        ids=[UUID(int=number) for number in range(len(rows))],
        languages=np.array([row["language"] for row in rows], np.str_),
        days=np.array(days, np.int64),
        last_days=np.array(days, np.int64),
        vectors=vectors,
        marks=[find_marks(text, row["language"]) for text, row in zip(texts, rows, strict=True)],
    )
    return rows, found, ms


def linkage(rows: Rows, found: Encoded, weight: float, threshold: float) -> list[tuple[int, int]]:
    """The links of the invented reports, as pairs of numbers of rows, with the other texts in the way."""
    match.MARKS_WEIGHT, match.THRESHOLD = weight, threshold
    matches = {}
    dated = np.array([row["day"] is not None for row in rows])
    for day in sorted(set(found.days[dated].tolist())):
        # The texts without a day take part on every day. A pair is the same, whichever day it is found on.
        days = np.where(dated, found.days, day)
        near = np.flatnonzero(np.abs(days - day) <= match.LINK_DAYS)
        some = part(found, near, days)
        for (story, language), best in best_matches(some, [some]).items():
            if found.days[story.int] == day or not dated[story.int]:
                old = matches.get((story, language))
                if old is None or best.similarity > old.similarity:
                    matches[story, language] = best
    pairs = [(one.int, other.int) for one, other in mutual(matches)]
    return [pair for pair in pairs if dated[list(pair)].any()]


def part(found: Encoded, rows: Sequence[int], days: Any) -> Encoded:
    """Some of the stories, with other days."""
    return Encoded(
        [found.ids[row] for row in rows], found.languages[rows], days[rows], days[rows], found.vectors[rows],
        [found.marks[row] for row in rows],
    )  # fmt: skip


def validate(rows: Rows, found: Encoded) -> None:
    """Choose threshold and weight on four fifths of the events, and count the links of the last fifth."""
    fold = np.array([zlib.crc32(row["event"].encode()) % FOLDS if row["day"] else -1 for row in rows])
    many = [possible([row for row, own in zip(rows, fold, strict=True) if own == each]) for each in range(FOLDS)]
    right, wrong = defaultdict(lambda: np.zeros(FOLDS)), defaultdict(lambda: np.zeros(FOLDS))
    for weight in WEIGHTS:
        for threshold in THRESHOLDS:
            for one, other in linkage(rows, found, weight, threshold):
                at = max(fold[one], fold[other])
                (right if rows[one]["event"] == rows[other]["event"] else wrong)[weight, threshold][at] += 1
    print("\nweight  threshold  precision  recall")
    for weight in WEIGHTS:
        for threshold in (0.5, 0.54, 0.58, 0.6, 0.62, 0.66):
            hits, misses = right[weight, threshold].sum(), wrong[weight, threshold].sum()
            print(f"{weight:6}  {threshold:9}  {hits / (hits + misses):9.3f}  {hits / sum(many):6.3f}")
    for weights in ([0.0], WEIGHTS):
        hits = misses = 0
        chosen = []
        for left in range(FOLDS):
            others = np.arange(FOLDS) != left
            fits = []
            for setting in right:
                good, bad = right[setting][others].sum(), wrong[setting][others].sum()
                if setting[0] in weights and good / (good + bad) >= PRECISION:
                    fits.append((good, setting))
            chosen.append(max(fits)[1])
            hits += right[chosen[-1]][left]
            misses += wrong[chosen[-1]][left]
        named = "with names and numbers" if len(weights) > 1 else "by cosine alone"
        print(
            f"events left out, {named}: precision {hits / (hits + misses):.3f}, recall {hits / sum(many):.3f}; chosen "
            + ", ".join(f"{weight} {threshold}" for weight, threshold in chosen)
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
        rows, found, ms = candidates(given.shared)
        size = np.mean([len(marks) for marks in found.marks])
        print(f"\n{len(rows)} texts, {ms:.1f} ms each; {found.vectors.shape[1]} bytes, {size:.1f} names and numbers")
        validate(rows, found)


if __name__ == "__main__":
    main()
