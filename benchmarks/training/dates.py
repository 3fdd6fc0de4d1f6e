#!/usr/bin/env python3
"""Make crawlers/extraction/shown-dates.json, the weights by which the dates that a page shows are ranked.

usage: python benchmarks/training/dates.py [--shared DIR] [--found FILE] [--write]

Collects the dates in the text of each page with their evidence (`crawlers.extraction.shown_dates`), also of pages that
state their date elsewhere and of articles without a date. Fits a logistic regression to which of them is the
publication, and prints how often the first one is: out of fold by host, and with the whole collection left out; on
pages that state no date, on all that show the right one, and on articles without a date. Pages whose truth is the date
of a modification are left out of the training. FILE (JSON lines) keeps the evidence; it is made if it does not exist.
With --write, the weights of all pages are written to the package.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.training.page_kind import COLLECTIONS, FOLDS, fit, site_of
from crawlers.extraction.article import Rejection
from crawlers.extraction.date_statements import modified_statements, page_language, published_statements
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.shown_dates import find_shown_dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHTS = ROOT / "crawlers" / "extraction" / "shown-dates.json"
DATED = ("articles", "news", "newsweb", "dates")
PENALTY = 40.0
LIMIT = -1.5
"""The lowest score (log odds) of a date that is taken: few pages have no better one, and half of those are right."""
SURE = 1.0
"""From which score on a date comes before a general statement: at 0.5, two of seven such statements are right."""
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The dates that a page shows."""

    collection: str
    id: str
    host: str
    has_date: bool
    is_stated: bool
    is_modification: bool
    """True if the truth is the date of the modification that the page states."""
    is_right: list[bool]
    values: list[dict[str, float]]


def read_pages(shared: Path) -> Iterator[Found]:
    for collection in DATED:
        folder = shared / COLLECTIONS[collection]
        file = folder / "truth.jsonl"
        truth = {row["id"]: row for row in map(json.loads, file.open(encoding="utf-8"))} if file.exists() else {}
        for row in map(json.loads, (folder / "index.jsonl").open(encoding="utf-8")):
            day = str(truth.get(row["id"], row).get("date") or "")[:10]
            page = read_page(gzip.decompress((folder / row["file"]).read_bytes()), row["url"])
            if (day and len(day) < len("2000-01-01")) or isinstance(page, Rejection):
                continue
            article = read_declared(page).article
            published = {parsed.day for _, parsed in published_statements(page, article)}
            modified = {parsed.day for _, parsed in modified_statements(page, article)}
            if not day and (collection != "articles" or published | modified):
                continue  # of these collections, only `articles` looked for dates on all its pages
            wanted = date.fromisoformat(day) if day else None
            shown = find_shown_dates(page.elements, page_language(page), page.url)
            yield Found(
                collection,
                row["id"],
                site_of(row["url"]),
                bool(day),
                bool(published),
                wanted in modified - published,
                [one.parsed.day == wanted for one in shown],
                [one.evidence for one in shown],
            )


def weights_of(pages: Sequence[Found], names: Sequence[str]) -> tuple[float, Floats]:
    """The base and the weight of one unit of each evidence."""
    used = [page for page in pages if page.values and not page.is_modification]
    values = np.array([[one[name] for name in names] for page in used for one in page.values])
    right = np.array([one for page in used for one in page.is_right], float)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1
    # A page with a hundred dates counts as ten pages with one.
    counts = np.array([len(page.values) ** -0.5 for page in used for _ in page.values])
    fitted = fit((values - mean) / spread, right, PENALTY, counts)
    weights: Floats = fitted[1:] / spread
    return float(fitted[0] - mean @ weights), weights


def choices(pages: Sequence[Found], names: Sequence[str], parts: Sequence[str]) -> list[bool | None]:
    """Whether the first date of each page is right, by weights that have not seen its part; None if none is taken."""
    fitted = {
        part: weights_of([page for page, other in zip(pages, parts, strict=True) if other != part], names)
        for part in set(parts)
    }
    chosen: list[bool | None] = []
    for page, part in zip(pages, parts, strict=True):
        base, weights = fitted[part]
        scores = [base + sum(weights[at] * one[name] for at, name in enumerate(names)) for one in page.values]
        best = max(range(len(scores)), key=scores.__getitem__, default=None)
        chosen.append(None if best is None or scores[best] < LIMIT else page.is_right[best])
    return chosen


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
    names = list(next(page for page in pages if page.values).values[0])
    hosts = {host: number for number, host in enumerate(sorted({page.host for page in pages}))}
    for unseen, parts in (
        ("hosts", [str(hosts[page.host] % FOLDS) for page in pages]),
        ("collections", [page.collection for page in pages]),
    ):
        print(f"{'collection':12}{'pages':>20}{'dated':>8}{'right':>8}   (by weights that have not seen the {unseen})")
        chosen = list(zip(pages, choices(pages, names, parts), strict=True))
        for collection in DATED:
            of = [(page, right) for page, right in chosen if page.collection == collection]
            for which, results in (
                ("no date stated", [right for page, right in of if page.has_date and not page.is_stated]),
                ("right one shown", [right for page, right in of if any(page.is_right)]),
                ("no date", [right for page, right in of if not page.has_date]),
            ):
                dated = sum(right is not None for right in results)
                print(f"{collection:12}{which:>16}{len(results):5}{dated:8}{sum(map(bool, results)):8}")
    if args.write:
        base, weights = weights_of(pages, names)
        rounded = {name: round(float(weights[at]), DIGITS) for at, name in enumerate(names)}
        text = json.dumps({"base": round(base, DIGITS), "limit": LIMIT, "sure": SURE, "weights": rounded}, indent=1)
        WEIGHTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
