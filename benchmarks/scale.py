#!/usr/bin/env python3
"""What extraction on a cluster gains, and what each part of a page's way costs: the figures of docs/scale.md.

usage: python benchmarks/scale.py [--pages DIR] [--repeat N] [--workers N]

DIR is as in benchmarks/extraction.py. The first table is of the clock: pages per second of one local process, and of a
Dask cluster on this machine with 1 to N workers, which take the same segments in turns. The second is of the processor:
milliseconds that a page costs where it is read from the archive, parsed, extracted, fingerprinted, written for the
loader and read by it, and loaded. The pages are repeated with other words, so that they are no copies of each other.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import LocalCluster
from extraction import CAPTURED, FROZEN, read_pages

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from crawlers.archive import Exchange, Fetch, Kind, Outcome, RecordReader, Segment, SegmentWriter, sealed_segments
from crawlers.extraction import extract
from crawlers.extraction.page import read_page
from crawlers.importers.selection import page_language
from flows.data_directory import DataDirectory
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.dask_extract import DaskExtractor
from flows.pipeline.extract import Extractor, has_page
from flows.pipeline.extracted_files import read_extracted, write_extracted
from flows.pipeline.load import ExtractedSegment, load
from flows.timing import StepTimes
from warehouse import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD = re.compile(rb"(?<=[ >])[a-z]{5,9}(?=[ <.,])")


def changed(page: bytes, copy: int) -> bytes:
    """A page with every third word of its own: another article of the same kind and length."""
    if not copy:
        return page
    count = 0

    def other(match: re.Match[bytes]) -> bytes:
        nonlocal count
        count += 1
        return match[0][::-1] + b"%d" % copy if count % 3 == 0 else match[0]

    return WORD.sub(other, page)


def archive(directory: DataDirectory, pages: list[tuple[bytes, str]], repeat: int) -> list[Segment]:
    """Segments with the pages, each `repeat` times."""
    at = datetime.now(UTC) - timedelta(days=1)
    with SegmentWriter(directory.archive, "abcdef", max_pages=500, max_age=1e9) as writer:
        for copy in range(repeat):
            for page, address in pages:
                url = f"{address}{'&' if '?' in address else '?'}copy={copy}" if copy else address
                fetch = Fetch(
                    url=url, source="news", kind=Kind.PAGE, outcome=Outcome.FETCHED, fetched_at=at, status=200
                )
                headers = (("Content-Type", "text/html"),)
                writer.add(fetch, Exchange("GET", url, (), 200, "OK", headers, changed(page, copy)))
    return sealed_segments(directory.archive)


def rate(extractor: Extractor, segments: list[Segment]) -> float:
    """Pages per second of the clock, with two segments under way as in an import."""
    start, pages = time.perf_counter(), 0
    under_way: list[Iterator[object]] = []
    for segment in segments:
        under_way.append(extractor.extract(segment, list(segment.fetches())))
        if len(under_way) == 2:
            pages += sum(1 for _ in under_way.pop(0))
    pages += sum(1 for rest in under_way for _ in rest)
    return pages / (time.perf_counter() - start)


class Costs:
    """CPU seconds by part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Add what the block takes."""
        start = time.process_time()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - start


def measure(directory: DataDirectory, segments: list[Segment], scratch: Path) -> tuple[Costs, int, int, int]:
    """The costs of all parts, the number of pages and of articles, and the bytes of the files for the loader."""
    costs, pages, articles, size = Costs(), 0, 0, 0
    with open_writer(directory.root, "benchmark") as writer:
        for segment in segments:
            fetches = [fetch for fetch in segment.fetches() if has_page(fetch)]
            found = []
            with RecordReader(segment) as records:
                for fetch in fetches:
                    assert fetch.offset is not None
                    with costs.of("read"):
                        stored = records.read(fetch.offset)
                    with costs.of("choose by language"):
                        page_language(stored.body, None, stored.http_charset)
                    with costs.of("parse"):
                        read_page(stored.body, fetch.url, stored.http_charset)
                    with costs.of("parse and extract"):
                        article = extract(stored.body, fetch.url, fetched_at=fetch.fetched_at)
                    with costs.of("fingerprint"):
                        found.append(extracted_fetch(fetch, article))
            file = scratch / f"{segment.name}.arrow"
            with costs.of("write for the loader"):
                write_extracted(file, found)
            size += file.stat().st_size
            with costs.of("read by the loader"):
                found = read_extracted(file, fetches)
            with costs.of("load"):
                load(writer, ExtractedSegment(segment.name, found, datetime.now(UTC), StepTimes()))
            pages += len(fetches)
            articles += sum(page.version is not None for page in found)
    return costs, pages, articles, size


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=CAPTURED if CAPTURED.exists() else FROZEN)
    parser.add_argument("--repeat", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = DataDirectory(Path(temporary, "data"))
        segments = archive(directory, read_pages(args.pages, ""), args.repeat)
        mean = sum(
            len(segment.read(fetch.offset).body)
            for segment in segments
            for fetch in segment.fetches()
            if fetch.offset is not None
        )
        stored = sum(segment.warc_bytes() for segment in segments)
        costs, pages, articles, size = measure(directory, segments, Path(temporary))
        loaded = sum(file.stat().st_size for file in directory.private.glob("warehouse.duckdb*"))
        print(f"{pages} pages, {articles} articles, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(
            f"bytes per page: {mean / pages:,.0f} unpacked, {stored / pages:,.0f} in the archive, "
            f"{size / pages:,.0f} for the loader, {loaded / max(articles, 1):,.0f} per article in the warehouse"
        )
        parts = dict(costs.seconds)
        parts["extract"] = parts.pop("parse and extract") - parts["parse"]
        for part in (
            "read", "choose by language", "parse", "extract", "fingerprint", "write for the loader",
            "read by the loader", "load",
        ):  # fmt: skip
            print(f"{part:<24}{1000 * parts[part] / pages:8.2f} ms of CPU per page")
        with Extractor(workers=1) as local:
            rate(local, segments[:1])  # starts the worker
            alone = rate(local, segments)
        print(f"{'one local process':<24}{alone:8.1f} pages/s")
        for workers in range(1, args.workers + 1):
            with (
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                    memory_limit=0,
                ) as cluster,
                DaskExtractor(cluster.scheduler_address, directory) as extractor,
            ):  # fmt: skip
                rate(extractor, segments[:1])
                found = rate(extractor, segments)
            print(f"{f'Dask, {workers} workers':<24}{found:8.1f} pages/s; ratio {found / alone:.2f}")


if __name__ == "__main__":
    main()
