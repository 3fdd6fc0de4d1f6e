#!/usr/bin/env python3
"""Make crawlers/extraction/page-kind.json, the weights by which pages that are no articles are recognised.

usage: python benchmarks/training/page_kind.py [--shared DIR] [--measured FILE] [--write]

Measures the pages of the evaluation collections (`crawlers.extraction.page_kind.measure`), fits a logistic regression
and prints what it does out of fold, and with each collection of articles left out of the training. FILE (JSON lines)
keeps the measurements, which take most of the time; it is made if it does not exist. With --write, the weights of all
pages are written to the package. The same pages give the same weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from crawlers.extraction.article import Rejection
from crawlers.extraction.extractor import read_text_lines
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.page_kind import measure
from crawlers.extraction.page_signals import PageSignals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHTS = ROOT / "crawlers" / "extraction" / "page-kind.json"
COLLECTIONS = {
    "articles": "pages/articles",
    "news": "pages/news",
    "newsweb": "newsweb/pages",
    "dates": "pages/dates",
    "others": "pages/others",
}
CHOOSING = ("articles", "news", "newsweb")
"""Collections of articles alone, on which the limit is chosen; `dates` has pages of all kinds."""
PENALTY = 50.0
"""Of the squared weights of standardised measurements; 10 to 200 do as well out of fold, and smaller weights depend
less on the collections."""
REFUSED = 0.01
"""Share of the articles of each of these collections that may score above the limit."""
FOLDS = 8
STEPS = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements of a page."""

    collection: str
    id: str
    host: str
    values: dict[str, float]


def measure_pages(shared: Path) -> Iterator[Measured]:
    for collection, folder in COLLECTIONS.items():
        for row in map(json.loads, (shared / folder / "index.jsonl").open(encoding="utf-8")):
            page = read_page(gzip.decompress((shared / folder / row["file"]).read_bytes()), row["url"])
            if isinstance(page, Rejection):
                continue
            declared = read_declared(page)
            if lines := read_text_lines(page, declared):
                values = measure(PageSignals(page, declared, lines))
                yield Measured(collection, row["id"], site_of(row["url"]), values)


def site_of(url: str) -> str:
    """The last two labels of the host, three where the last but one is short (`co.uk`): near enough for folds."""
    labels = (urlsplit(url).hostname or "").split(".")
    return ".".join(labels[-3 if len(labels) > 2 and len(labels[-2]) <= 3 else -2 :])


def fit(values: Floats, is_true: Floats, penalty_of_squares: float, counts: Floats | None = None) -> Floats:
    """The intercept and the weights of a logistic regression with a penalty, by Newton's method; `counts` says how
    often each row counts."""
    times = np.ones(len(values)) if counts is None else counts
    columns = np.column_stack([np.ones(len(values)), values])
    penalty = np.full(columns.shape[1], penalty_of_squares)
    penalty[0] = 0
    weights: Floats = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-columns @ weights))
        gradient = columns.T @ (times * (chance - is_true)) + penalty * weights
        curvature = (columns * (times * chance * (1 - chance))[:, None]).T @ columns + np.diag(penalty)
        weights = weights - np.linalg.solve(curvature, gradient)
    return weights


def fitted(values: Floats, is_other: Floats) -> tuple[Floats, float, Floats]:
    """Means of the measurements, the base, and the weight of one unit of each."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1
    weights = fit((values - mean) / spread, is_other, PENALTY)
    return mean, float(weights[0]), weights[1:] / spread


def scores(model: tuple[Floats, float, Floats], values: Floats) -> Floats:
    mean, base, weights = model
    result: Floats = base + (values - mean) @ weights
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.measured and args.measured.exists():
        pages = [Measured(**json.loads(line)) for line in args.measured.open(encoding="utf-8")]
    else:
        pages = list(measure_pages(args.shared))
        if args.measured:
            args.measured.write_text("".join(json.dumps(asdict(page)) + "\n" for page in pages), encoding="utf-8")
    names = list(pages[0].values)
    values = np.array([[page.values[name] for name in names] for page in pages])
    collections = np.array([page.collection for page in pages])
    is_other = (collections == "others").astype(float)
    hosts = {host: number for number, host in enumerate(sorted({page.host for page in pages}))}
    fold = np.array([hosts[page.host] % FOLDS for page in pages])

    unseen = np.zeros(len(pages))
    for number in range(FOLDS):
        model = fitted(values[fold != number], is_other[fold != number])
        unseen[fold == number] = scores(model, values[fold == number])
    limit = max(float(np.quantile(unseen[collections == collection], 1 - REFUSED)) for collection in CHOOSING)
    print(f"{len(names)} measurements, {len(pages)} pages; limit {limit:.3f}")
    print(f"{'collection':12}{'pages':>7}{'refused':>9}   (out of fold, by host)")
    for collection in COLLECTIONS:
        of = collections == collection
        print(f"{collection:12}{of.sum():7}{(unseen[of] > limit).mean():9.3f}")
    print("refused with the collection left out of the training:")
    for collection in COLLECTIONS:
        if collection != "others":
            of = collections == collection
            left = scores(fitted(values[~of], is_other[~of]), values[of])
            print(f"{collection:12}{of.sum():7}{(left > limit).mean():9.3f}")
    if args.write:
        mean, base, weights = fitted(values, is_other)
        measurements = {
            name: {"mean": round(float(mean[at]), 5), "weight": round(float(weights[at]), 5)}
            for at, name in enumerate(names)
        }
        text = json.dumps({"base": round(base, 5), "limit": round(limit, 3), "measurements": measurements}, indent=1)
        WEIGHTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
