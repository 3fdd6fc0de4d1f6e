#!/usr/bin/env python3
"""Articles per second of `newsloom import` from JSON lines, duplicates and stories included, and where the time goes.

usage: python benchmarks/import.py [--text invented topics wire] [--articles N] [--shared DIR]

Three kinds of text: `wire`, a month of one real wire (../shared/eval); `topics`, English words, 40 outlets that report
on 400 topics, 15 % near copies; `invented`, words that no list knows. The peer in the same run is DuckDB alone: it
reads the same file into a table, and keeps nothing but the rows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from invented import News
from processes import measured
from topical import TopicalNews

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parent.parent
INVENTED_PER_DAY = 2000
TOPICS_PER_DAY = 350
"""A month of some 10,000 articles, as the wire is."""


def articles(kind: str, shared: Path) -> Iterable[Mapping[str, object]]:
    """Articles of a kind, as records of JSON lines."""
    if kind == "invented":
        return News(1, INVENTED_PER_DAY)
    if kind == "topics":
        return TopicalNews(1, TOPICS_PER_DAY)
    file = shared / "eval" / "wire.jsonl.gz"
    if not file.is_file():
        sys.exit(f"{file}: the wire is not here; give the folder of the evaluation data with --shared")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        # The tags of the editors are not part of an article.
        return [{key: value for key, value in json.loads(line).items() if key in FIELDS} for line in lines]


FIELDS = ("url", "title", "text", "published_at", "language")


def measure(kind: str, most: int, shared: Path) -> None:
    """Import articles of a kind, and print both rates, their ratio, and the split."""
    with tempfile.TemporaryDirectory() as temporary:
        file, data = Path(temporary, "articles.jsonl"), Path(temporary, "data")
        count = words = 0
        with file.open("w", encoding="utf-8") as lines:
            for article in islice(articles(kind, shared), most):
                count += 1
                words += len(str(article["text"]).split())
                lines.write(json.dumps(article) + "\n")
        command = [sys.executable, "-m", "flows.cli", "import", file, "--data", data]
        ours = measured(command, cwd=ROOT)
        start = time.perf_counter()
        with duckdb.connect(str(Path(temporary, "peer.duckdb"))) as peer:
            peer.execute(f"CREATE TABLE articles AS FROM read_json('{file}')")
            peer.execute("CHECKPOINT")
        alone = time.perf_counter() - start
        with connect(data) as warehouse:
            found = warehouse.execute(
                "SELECT count(*), count(duplicate_of), count(DISTINCT story_id) FROM articles"
            ).fetchall()[0]
    print(
        f"{kind}: {count} articles of {words / count:.0f} words, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"newsloom   {count / ours.seconds:8.0f} articles/s, {ours.seconds:.1f} s, "
        f"{1000 * ours.cpu / count:.2f} ms of CPU each, {ours.megabytes:.0f} MB"
    )
    print(f"           {ours.output.strip().splitlines()[-1]}")
    print(f"           {found[1]} of {found[0]} repeat others, {found[2]} stories")
    print(f"DuckDB     {count / alone:8.0f} articles/s, {alone:.1f} s: the rows alone")
    print(f"ratio      {alone / ours.seconds:8.2f}", flush=True)


def main() -> None:
    """Measure the kinds of text that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", nargs="+", choices=("invented", "topics", "wire"), default=["invented"])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments = parser.parse_args()
    for kind in arguments.text:
        measure(kind, arguments.articles, arguments.shared)


if __name__ == "__main__":
    main()
