#!/usr/bin/env python3
"""Pages per second and core: our `extract`, everything included, beside trafilatura with metadata, in one run.

usage: python benchmarks/extraction.py [--pages DIR] [--subset PREFIX] [--rounds N]

DIR holds .html or .html.gz files (at any depth); beside them may lie an `index.jsonl` with `file` and `url` of each.
Without DIR the captured pages beside the checkout are taken; where there are none, the project's own frozen pages,
which are so small that the fixed costs of both outweigh the rest. Each page is given to both in turn, in alternating
order, so that a noisy machine disturbs both alike; the time is the process's CPU time, and of the rounds the fastest
counts for each page.
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
    """(page, address) of every page below a folder whose file name begins with the subset's name."""
    index = folder / "index.jsonl"
    known = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()] if index.exists() else []
    addresses = {(folder / row["file"]).resolve(): str(row["url"]) for row in known}
    files = sorted(file for file in folder.rglob("*") if file.name.endswith((".html", ".html.gz")))
    return [
        (
            gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes(),
            addresses.get(file.resolve(), f"https://news.example/{file.name}"),
        )
        for file in files
        if file.name.startswith(subset)
    ]


def ours(page: bytes, url: str) -> object:
    """Text, metadata, language, rejections: all that an article row has."""
    return extract(page, url)


def theirs(page: bytes, url: str) -> object:
    """trafilatura with its metadata and without comments."""
    return bare_extraction(page, url=url, with_metadata=True, include_comments=False)


def measure(pages: list[tuple[bytes, str]], rounds: int) -> tuple[float, float]:
    """CPU seconds that ours and theirs take for all pages."""
    sides: list[Callable[[bytes, str], object]] = [ours, theirs]
    best = [[float("inf")] * len(pages) for _ in sides]
    for page, url in pages[:2]:
        for side in sides:
            side(page, url)  # imports, compiled patterns, language models
    for turn in range(rounds):
        for number, (page, url) in enumerate(pages):
            for which in (0, 1) if (number + turn) % 2 else (1, 0):
                start = time.process_time()
                sides[which](page, url)
                best[which][number] = min(best[which][number], time.process_time() - start)
    return sum(best[0]), sum(best[1])


def main() -> None:
    """Print both figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=CAPTURED if CAPTURED.is_dir() else FROZEN)
    parser.add_argument("--subset", default="")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    pages = read_pages(args.pages, args.subset)
    if not pages:
        parser.error(f"{args.pages}: no .html or .html.gz file in it")
    own, other = measure(pages, args.rounds)
    print(f"{args.pages}")
    print(f"{len(pages)} pages, best of {args.rounds} rounds each, CPU time of one process, {EXTRACTOR_VERSION}")
    print(f"newsloom     {len(pages) / own:8.1f} pages/s")
    print(f"trafilatura  {len(pages) / other:8.1f} pages/s (with_metadata=True, include_comments=False)")
    print(f"ratio        {other / own:8.2f}")


if __name__ == "__main__":
    main()
