#!/usr/bin/env python3
"""Make crawlers/extraction/title.json, the weights by which a page's title is chosen where JSON-LD declares no news.

usage: python benchmarks/training/title.py [--shared DIR] [--found FILE] [--write]

Collects the wordings of each page's title with their evidence (`crawlers.extraction.titles.evidence`), fits a logistic
regression to which of them is the page's headline, and prints how often the first one is: by the fixed weights, and by
the regression out of fold by host, on the pages that it decides and on all. FILE (JSON lines) keeps the evidence; it is
made if it does not exist. With --write, the weights of all pages are written to the package.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.training.page_kind import COLLECTIONS, FOLDS, fit, site_of
from crawlers.extraction.article import Rejection
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.text import match_key
from crawlers.extraction.titles import KICKER_ALONE, evidence, is_news, rank_titles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WEIGHTS = ROOT / "crawlers" / "extraction" / "title.json"
PENALTY = 10.0
DIGITS = 4
NEWS_WEIGHT = 6
"""How often each page of the small collections of news counts, so that the large one of blogs does not decide alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """The wordings of a page's title, those with the highest fixed weight first."""

    collection: str
    id: str
    host: str
    is_news: bool
    is_right: list[bool]
    values: list[dict[str, float]]


def read_pages(shared: Path) -> Iterator[Found]:
    for collection in ("articles", "news", "newsweb"):
        folder = shared / COLLECTIONS[collection]
        truth = {row["id"]: row for row in map(json.loads, (folder / "truth.jsonl").open(encoding="utf-8"))}
        for row in map(json.loads, (folder / "index.jsonl").open(encoding="utf-8")):
            title = match_key(truth[row["id"]].get("title") or "")
            page = read_page(gzip.decompress((folder / row["file"]).read_bytes()), row["url"])
            if not title or isinstance(page, Rejection):
                continue
            declared = read_declared(page)
            ranked = rank_titles(declared.article, declared.titles, declared.site_name_keys)
            ranked.sort(key=lambda one: -one.weight)
            yield Found(
                collection,
                row["id"],
                site_of(row["url"]),
                is_news(declared.article),
                [match_key(one.text) == title for one in ranked],
                [evidence(one, ranked, declared.titles, declared.article) for one in ranked],
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--found", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.found and args.found.exists():
        pages = [Found(**json.loads(line)) for line in args.found.open(encoding="utf-8")]
    else:
        pages = list(read_pages(args.shared))
        if args.found:
            args.found.write_text("".join(json.dumps(asdict(page)) + "\n" for page in pages), encoding="utf-8")
    decided = [page for page in pages if not page.is_news and page.values]
    names = list(decided[0].values[0])
    values = np.array([[one[name] for name in names] for page in decided for one in page.values])
    right = np.array([one for page in decided for one in page.is_right], float)
    hosts = {host: number for number, host in enumerate(sorted({page.host for page in decided}))}
    fold = np.array([hosts[page.host] % FOLDS for page in decided for _ in page.values])

    # The rows of news pages are repeated; a fold holds all repetitions of a page.
    times = np.array([1 if page.collection == "articles" else NEWS_WEIGHT for page in decided for _ in page.values])
    rows = np.repeat(np.arange(len(values)), times)
    unseen = np.zeros(len(values))
    for number in range(FOLDS):
        train = rows[fold[rows] != number]
        unseen[fold == number] = values[fold == number] @ weights_of(values[train], right[train])
    unseen[values[:, names.index("weight")] == KICKER_ALONE] = -np.inf  # last, whatever its score
    start = 0
    first: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for page in pages:
        by_weight = learned = bool(page.is_right and page.is_right[0])
        if not page.is_news and page.values:
            best = int(unseen[start : start + len(page.values)].argmax())
            learned = page.is_right[best]
            start += len(page.values)
            first.setdefault((page.collection, "decided"), []).append((by_weight, learned))
        first.setdefault((page.collection, "all"), []).append((by_weight, learned))
    print(f"{'collection':12}{'pages':>16}{'by weight':>11}{'learned':>9}   (out of fold, by host)")
    for (collection, which), results in sorted(first.items()):
        shares = np.array(results).mean(axis=0)
        print(f"{collection:12}{which:>9}{len(results):7}{shares[0]:11.3f}{shares[1]:9.3f}")
    if args.write:
        weights = weights_of(values[rows], right[rows])
        rounded = {name: round(float(weights[at]), DIGITS) for at, name in enumerate(names)}
        WEIGHTS.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def weights_of(values: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weight of one unit of each evidence."""
    spread = values.std(axis=0)
    spread[spread == 0] = 1
    result: NDArray[np.float64] = fit((values - values.mean(axis=0)) / spread, right, PENALTY)[1:] / spread
    return result


if __name__ == "__main__":
    main()
