#!/usr/bin/env python3
"""Measure pages per second and core: newsloom's `extract` and trafilatura with metadata, in the same run.

usage: python benchmarks/extraction.py [--pages DIR] [--subset PREFIX] [--rounds N]

DIR contains .html or .html.gz files (at any depth) and optionally an `index.jsonl` with the `file` and `url` of each.
The default is the folder of captured pages next to the checkout. If it does not exist, the project's frozen pages are
used, which are so small that fixed costs dominate. Each page goes to both extractors in alternating order, so that a
noisy machine affects both alike. Times are CPU times of the process; for each page the fastest round counts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trafilatura import bare_extraction

ROOT = Path(__file__).resolve().parent.parent
CAPTURED = ROOT.parent / "shared" / "newsweb" / "pages"
FROZEN = ROOT / "tests" / "crawlers" / "extraction" / "frozen"
sys.path.insert(0, str(ROOT))

from crawlers.extraction import EXTRACTOR_VERSION, extract

if TYPE_CHECKING:
    from collections.abc import Callable


def read_pages(folder: Path, subset: str) -> list[tuple[bytes, str]]:
    """(page, URL) of every page in a folder whose file name begins with the name of the subset."""
    index = folder / "index.jsonl"
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()] if index.exists() else []
    urls = {(folder / row["file"]).resolve(): str(row["url"]) for row in rows}
    files = sorted(file for file in folder.rglob("*") if file.name.endswith((".html", ".html.gz")))
    return [
        (
            gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes(),
            urls.get(file.resolve(), f"https://news.example/{file.name}"),
        )
        for file in files
        if file.name.startswith(subset)
    ]


def newsloom(page: bytes, url: str) -> object:
    """Extract text, metadata and language, or reject: everything in an article row."""
    return extract(page, url)


def trafilatura(page: bytes, url: str) -> object:
    """Extract with trafilatura: with metadata, without comments."""
    return bare_extraction(page, url=url, with_metadata=True, include_comments=False)


def measure(pages: list[tuple[bytes, str]], rounds: int) -> tuple[float, float]:
    """CPU seconds that newsloom and trafilatura take for all pages."""
    extractors: list[Callable[[bytes, str], object]] = [newsloom, trafilatura]
    best = [[float("inf")] * len(pages) for _ in extractors]
    for page, url in pages[:2]:
        for extractor in extractors:
            extractor(page, url)  # warm up: imports, compiled patterns, language models
    for turn in range(rounds):
        for number, (page, url) in enumerate(pages):
            for which in (0, 1) if (number + turn) % 2 else (1, 0):
                start = time.process_time()
                extractors[which](page, url)
                best[which][number] = min(best[which][number], time.process_time() - start)
    return sum(best[0]), sum(best[1])


def main() -> None:
    """Print both results and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=CAPTURED if CAPTURED.is_dir() else FROZEN)
    parser.add_argument("--subset", default="")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    pages = read_pages(args.pages, args.subset)
    if not pages:
        parser.error(f"{args.pages}: no .html or .html.gz files found")
    ours, theirs = measure(pages, args.rounds)
    print(f"{args.pages}")
    print(f"{len(pages)} pages, best of {args.rounds} rounds each, CPU time of one process, {EXTRACTOR_VERSION}")
    print(f"newsloom     {len(pages) / ours:8.1f} pages/s")
    print(f"trafilatura  {len(pages) / theirs:8.1f} pages/s (with_metadata=True, include_comments=False)")
    print(f"ratio        {theirs / ours:8.2f}")


if __name__ == "__main__":
    main()
