#!/usr/bin/env python3
"""What the warehouse costs with few and with many articles: loading, indexing, publishing, views, search, bytes.

usage: python benchmarks/warehouse.py [--articles N] [--peer N] [--loads N] [--data DIR]

Two warehouses of made-up articles (see generated.py) are filled in bulk and then loaded into segment by segment, in
turn, so that a noisy machine disturbs both alike. A million articles take some 6 GB of disk and half an hour; with
--data they are kept and used again. Beside the time of a view stands its processor time: a busy machine lengthens the
one and not the other, and half of the other is the least that two processors can take. The second of two calls counts.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from filling import fill, segment_of
from generated import make_words
from numpy.random import default_rng

from warehouse import connect, open_writer
from warehouse.export import export
from warehouse.loading.load import load_segment
from warehouse.search.index import index_new_versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouse import Writer

TABLES = (
    "article_state",
    "article_versions",
    "fetches",
    "aliases",
    "rejections",
    "segments",
    "sources",
    "feeds",
    "runs",
)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def prepare(data: Path, articles: int) -> None:
    """A warehouse of so many articles in this folder, unless it is there already."""
    with open_writer(data, "benchmark") as writer:
        stored = writer.connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0]
        if not stored:
            print(f"{articles:,} articles: filled in {timed(lambda: fill(writer, articles)):.0f} s", flush=True)
        index = timed(lambda: index_new_versions(writer))
        writer.checkpoint()
        if not stored:
            print(f"{articles:,} articles: indexed in {index:.0f} s", flush=True)


def load(writer: Writer, number: int) -> tuple[float, float]:
    """Load a segment of a thousand articles; seconds to load it with a checkpoint, and to index it with another."""
    batch = segment_of(number, 10_000_000 + number * 1000)
    name = batch.rows["segment"][0].as_py()

    def enter() -> None:
        load_segment(writer, name, "bench", "generated", batch, datetime.now(UTC))
        writer.checkpoint()

    def index() -> None:
        index_new_versions(writer)
        writer.checkpoint()

    return timed(enter), timed(index)


def loads(small: Path, large: Path, count: int) -> None:
    first = int(time.time())
    seconds: dict[Path, list[tuple[float, float]]] = {small: [], large: []}
    with ExitStack() as stack:
        writers = {data: stack.enter_context(open_writer(data, "benchmark")) for data in (small, large)}
        for number in range(count):
            for data in (small, large) if number % 2 else (large, small):
                seconds[data].append(load(writers[data], first % 100_000 + number))
    medians = {
        data: [statistics.median(column) for column in zip(*rows, strict=True)] for data, rows in seconds.items()
    }
    for at, what in enumerate(("loading 1,000 articles, checkpoint included", "indexing them, checkpoint included")):
        few, many = medians[small][at], medians[large][at]
        print(f"{what}: {few:.2f} s into few, {many:.2f} s into many, ratio {many / few:.2f}")
    few, many = sum(medians[small]), sum(medians[large])
    print(f"both: {few:.2f} s into few, {many:.2f} s into many, ratio {many / few:.2f}")


def publishing(data: Path) -> None:
    with open_writer(data, "benchmark") as writer:
        index_new_versions(writer)
        writer.public.unlink(missing_ok=True)
        first = writer.publish()
        again = writer.publish().seconds
        print(f"publishing {first.bytes / 1e6:.0f} MB: {first.seconds:.2f} s; again, unchanged: {again:.3f} s")


def views(data: Path) -> None:
    words = make_words(default_rng(7)).plain.to_pylist()
    frequent, common, rare = words[30], words[700], words[90_000]
    with connect(data) as connection:
        connection.execute("SET threads = 2")
        rows = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1").fetchall()
        texts = ("articles", "unique_articles")  # to read all of both is to read all texts
        questions = {name: f"FROM {name}" for (name,) in rows if name not in texts}
        for name in texts:
            questions[f"{name}, the newest 50"] = f"SELECT title, url FROM {name} ORDER BY published_at DESC LIMIT 50"
            questions[f"{name}, by source"] = f"SELECT source, count(*) FROM {name} GROUP BY source"
        questions |= {
            "coverage, a common word": f"FROM coverage('{common}')",
            "coverage, two words": f"FROM coverage('{common} {frequent}')",
            "share_of_voice, three words": f"FROM share_of_voice(['{common}', '{rare}', '{words[300]}'])",
            "search, a rare word": f"FROM search('{rare}')",
            "search, a common word": f"FROM search('{common}')",
            "search, two common words": f"FROM search('{common} {words[300]}')",
            "search, with a very frequent word": f"FROM search('{common} {frequent}')",
        }
        for name, query in questions.items():
            # Counted by DuckDB, not handed to Python, which is not measured; hashed, so that every column is made.
            whole = f"SELECT count(*), any_value(hash(t)) FROM ({query}) AS t"
            connection.execute(whole).fetchall()
            start, cpu = time.perf_counter(), time.process_time()
            connection.execute(whole).fetchall()
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            limit = 0.3 if name.startswith("search") else 1.0
            print(
                f"{name:36} {seconds:6.3f} s, processor {cpu:6.3f} s{'  SLOW' if seconds > limit else ''}", flush=True
            )


def sizes(data: Path, scratch: Path) -> None:
    with connect(data) as connection:
        articles = sum(table.bytes for table in export(connection, scratch / "articles", ["articles"], "parquet"))
        whole = sum(table.bytes for table in export(connection, scratch / "tables", TABLES, "parquet"))
        block, total, used = connection.execute(
            "SELECT block_size, total_blocks, used_blocks FROM pragma_database_size()"
        ).fetchall()[0]
        index = sum(
            connection.execute(
                f"SELECT count(DISTINCT block_id) FROM (SELECT unnest(additional_block_ids || [block_id]) AS block_id "
                f"FROM pragma_storage_info('search_index.{table}')) WHERE block_id >= 0"
            ).fetchall()[0][0]
            for table in ("postings", "terms", "words")
        )
        stored = connection.execute("SELECT count(*) FROM articles").fetchall()[0][0]
    published = (data / "news.duckdb").stat().st_size
    print(
        f"published file {published / 1e6:.0f} MB: in use {block * used / 1e6:.0f}, "
        f"free {block * (total - used) / 1e6:.0f}; search index {block * index / 1e6:.0f}; "
        f"{published / stored:.0f} bytes per article"
    )
    for what, parquet in (("the same tables", whole), ("`newsloom export` (articles alone)", articles)):
        print(
            f"as zstd Parquet, {what}: {parquet / 1e6:.0f} MB; ratio {published / parquet:.2f}, "
            f"without the search index {(published - block * index) / parquet:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--peer", type=int, default=10_000, help="articles of the small warehouse beside it")
    parser.add_argument("--loads", type=int, default=3, help="segments loaded into each, of which the median counts")
    parser.add_argument("--data", type=Path, help="keep the warehouses in this folder")
    arguments = parser.parse_args()
    folder = arguments.data or Path(tempfile.mkdtemp())
    try:
        small, large = folder / f"articles-{arguments.peer}", folder / f"articles-{arguments.articles}"
        prepare(small, arguments.peer)
        prepare(large, arguments.articles)
        loads(small, large, arguments.loads)
        publishing(large)
        views(large)
        sizes(large, folder / "export")
    finally:
        shutil.rmtree(folder / "export", ignore_errors=True)
        if arguments.data is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
