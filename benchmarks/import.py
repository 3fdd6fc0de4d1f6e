#!/usr/bin/env python3
"""Articles per second of `newsloom import` from JSON lines, duplicates and stories included, and where the time goes.

usage: python benchmarks/import.py [--articles N] [--per-day N]

The peer in the same run is DuckDB alone: it reads the same file into a table, and keeps nothing but the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import duckdb
from invented import News

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from warehouse import connect

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print both rates, their ratio, and the split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--per-day", type=int, default=2000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        file, data = Path(temporary, "articles.jsonl"), Path(temporary, "data")
        with file.open("w", encoding="utf-8") as lines:
            words = 0
            for article in islice(News(1, args.per_day), args.articles):
                words += len(article["text"].split())
                lines.write(json.dumps(article) + "\n")
        before = os.times()
        start = time.perf_counter()
        command = [sys.executable, "-m", "flows.cli", "import", str(file), "--data", str(data)]
        said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        seconds = time.perf_counter() - start
        after = os.times()
        start = time.perf_counter()
        with duckdb.connect(str(Path(temporary, "peer.duckdb"))) as peer:
            peer.execute(f"CREATE TABLE articles AS FROM read_json('{file}')")
            peer.execute("CHECKPOINT")
        alone = time.perf_counter() - start
        with connect(data) as warehouse:
            found = warehouse.execute(
                "SELECT count(*), count(duplicate_of), count(DISTINCT story_id) FROM articles"
            ).fetchall()[0]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    each, load = 1000 * cpu / args.articles, os.getloadavg()[0]
    print(f"{args.articles} articles of {words / args.articles:.0f} words, {os.cpu_count()} cores, load {load:.1f}")
    print(
        f"newsloom   {args.articles / seconds:8.0f} articles/s, {seconds:.1f} s, "
        f"{each:.2f} ms of CPU each in the main process"
    )
    print(f"           {said.strip().splitlines()[-1]}")
    print(f"           {found[1]} of {found[0]} repeat others, {found[2]} stories")
    print(f"DuckDB     {args.articles / alone:8.0f} articles/s, {alone:.1f} s: the rows alone")
    print(f"ratio      {alone / seconds:8.2f}")


if __name__ == "__main__":
    main()
