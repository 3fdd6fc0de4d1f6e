#!/usr/bin/env python3
"""Score newsloom and trafilatura on every collection of pages, in one table.

usage: python benchmarks/extraction_quality.py [--shared DIR] [--cache FILE] [--folds N] [--hold-out hosts|collections]
           [--extractor newsloom|trafilatura|news-please] [--collection NAME]

The model that chooses the text is trained anew for each fold, on pages of other hosts only, so that no page is scored
by a model that has seen its host. LightGBM, which trains it, is installed into .venv-peers unless it is here. With
`--hold-out collections`, each collection is scored by a model that was trained on the others. FILE keeps the features
of `benchmarks/training/blocks.py`.

Columns: bag, the F1 of the words of the text as a bag, mean over pages; runs, the F1 of runs of four words (of the
means of precision and recall, as in the article extraction benchmark); exact, the share of pages whose words are all
right; title, day and authors where the truth states them; refused, the share of pages that are rejected, whose text
counts as empty. The last rows are pages that are no articles: there refusing is right. The line rules and those for
titles and dates were made on `aeb` and `fundus`, so these two are only unseen for the model. news-please is scored only
if it is asked for, where it is installed.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import logging
import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import peers
from trafilatura import bare_extraction

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "training")]

from blocks import SHARED, TrainingPage, fold_of, read_collections, read_samples, train

from crawlers.extraction import EXTRACTOR_VERSION, Article, extract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blocks import Sample

    from crawlers.extraction.block_model import BlockModel

OTHERS = "pages/others"
_WORDS = re.compile(r"\w+")
_RUN = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor makes of a page."""

    text: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None


def newsloom(page: bytes, url: str, model: BlockModel | None) -> Found:
    """newsloom's article; empty if it is rejected."""
    found = extract(page, url, model=model)
    if not isinstance(found, Article):
        return Found()
    return Found(found.text, found.title, found.authors, found.published_at)


def trafilatura(page: bytes, url: str, _: BlockModel | None) -> Found:
    """trafilatura's, with metadata, without comments."""
    found = bare_extraction(page, url=url, with_metadata=True, include_comments=False)
    if found is None:
        return Found()
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    published = datetime.fromisoformat(found.date) if found.date else None
    return Found(found.text or "", found.title or "", authors, published)


def news_please(page: bytes, url: str, _: BlockModel | None) -> Found:
    """news-please's, without requests of its own; empty in languages for which it needs further packages."""
    from newsplease import NewsPlease

    try:
        article = NewsPlease.from_html(page, url=url)
    except ImportError:
        article = None
    if article is None:
        return Found()
    return Found(article.maintext or "", article.title or "", tuple(article.authors or ()), article.date_publish)


def fold_key(text: str) -> str:
    """A text without case, punctuation and quotes."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def runs(text: str) -> Counter[tuple[str, ...]]:
    """The runs of four words of a text."""
    words = _WORDS.findall(text)
    return Counter(tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)) if words)


def bag_f1(truth: str, text: str) -> float:
    """F1 of the words of a text, as a bag."""
    wanted, found = (Counter(_WORDS.findall(part.lower())) for part in (truth, text))
    return 2 * (wanted & found).total() / ((wanted.total() + found.total()) or 1)


def is_same_day(stated: str, found: datetime | None) -> bool:
    """True for the day of the truth, in its own zone or in UTC; of some only the month or the year is known."""
    if found is None:
        return False
    if len(stated) < len("2000-01-01"):
        return found.isoformat().startswith(stated)
    wanted = datetime.fromisoformat(stated)
    days = {wanted.date()}
    if wanted.tzinfo:
        days.add(wanted.astimezone(UTC).date())
    shown = {found.date()} | ({found.astimezone(wanted.tzinfo).date()} if wanted.tzinfo and found.tzinfo else set())
    return bool(days & shown)


def figures(results: Sequence[tuple[TrainingPage, Found]]) -> dict[str, float | None]:
    """The scores of an extractor on a collection."""
    bags, exact, precision, recall, titles, days, authors = ([] for _ in range(7))
    for page, found in results:
        truth = str(page.truth["body"])
        wanted, taken = runs(truth), runs(found.text)
        common = (wanted & taken).total()
        bags.append(bag_f1(truth, found.text))
        exact.append(_WORDS.findall(truth) == _WORDS.findall(found.text))
        if taken:
            precision.append(common / taken.total())
        if wanted:
            recall.append(common / wanted.total())
        if title := page.truth.get("title"):
            titles.append(fold_key(str(title)) == fold_key(found.title))
        if date := page.truth.get("date"):
            days.append(is_same_day(str(date), found.published))
        if names := page.truth.get("authors"):
            a, b = {fold_key(name) for name in names}, {fold_key(name) for name in found.authors}
            authors.append(2 * len(a & b) / (len(a) + len(b)))
    p, r = mean(precision or [0]), mean(recall or [0])
    return {
        "bag": mean(bags),
        "runs": 2 * p * r / (p + r) if p + r else 0.0,
        "exact": mean(exact),
        "title": mean(titles) if titles else None,
        "day": mean(days) if days else None,
        "authors": mean(authors) if authors else None,
        "refused": mean(not found.text for _, found in results),
    }


def models(pages: Iterable[TrainingPage], samples: Sequence[Sample], folds: int, by: str) -> dict[str, BlockModel]:
    """For each page the model that has not seen its host (or its collection)."""
    hosts = {page.id: page.host for page in pages}
    parts = {page.id: page.collection if by == "collections" else str(fold_of(page.host, folds)) for page in pages}
    trained = {}
    for part in sorted(set(parts.values())):
        seen = {hosts[name] for name, other in parts.items() if other == part}
        trained[part] = train([s for s in samples if parts[s.id] != part and s.host not in seen])
    return {name: trained[part] for name, part in parts.items()}


def others(shared: Path) -> dict[str, list[tuple[bytes, str]]]:
    """Pages that are no articles, by kind."""
    folder = shared / OTHERS
    files = {row["id"]: row["file"] for row in map(json.loads, (folder / "index.jsonl").open(encoding="utf-8"))}
    found: dict[str, list[tuple[bytes, str]]] = {}
    for truth in map(json.loads, (folder / "truth.jsonl").open(encoding="utf-8")):
        page = gzip.decompress((folder / files[truth["id"]]).read_bytes())
        found.setdefault(truth["kind"], []).append((page, truth["url"]))
    return found


def row(name: str, pages: int, extractor: str, scores: dict[str, float | None]) -> str:
    """A line of the table."""
    cells = "".join(f"{'–' if score is None else f'{score:.3f}':>9}" for score in scores.values())
    return f"{name:16}{pages:>6}  {extractor:12}{cells}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--extractor", choices=("newsloom", "trafilatura", "news-please"), help="score only this one")
    parser.add_argument("--collection", help="score only on this one")
    parser.add_argument("--hold-out", choices=("hosts", "collections"), default="hosts")
    args = parser.parse_args()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if importlib.util.find_spec("lightgbm") is None:
        sys.path.append(str(peers.training()))
    pages = list(read_collections(args.shared))
    unseen: dict[str, BlockModel] = {}
    if args.extractor in (None, "newsloom"):
        unseen = models(pages, read_samples(pages, args.cache), args.folds, args.hold_out)
        print(f"{EXTRACTOR_VERSION}; the model has not seen the {args.hold_out}")
    names = ("bag", "runs", "exact", "title", "day", "authors", "refused")
    print(f"{'collection':16}{'pages':>6}  {'extractor':12}" + "".join(f"{name:>9}" for name in names))
    extractors: dict[str, Callable[[bytes, str, BlockModel | None], Found]] = {
        "newsloom": newsloom,
        "trafilatura": trafilatura,
    }
    if args.extractor == "news-please":
        extractors = {"news-please": news_please}
    for collection in dict.fromkeys(page.collection for page in pages):
        if args.collection not in (None, collection):
            continue
        of_it = [page for page in pages if page.collection == collection]
        for extractor, run in extractors.items():
            if args.extractor not in (None, extractor):
                continue
            with Pool() as pool:
                found = pool.starmap(run, [(page.page, page.url, unseen.get(page.id)) for page in of_it], chunksize=8)
            scores = figures(list(zip(of_it, found, strict=True)))
            print(row(collection, len(of_it), extractor, scores), flush=True)
    if args.extractor not in (None, "newsloom"):
        return
    for kind, without_article in others(args.shared).items():
        refused = mean(not isinstance(extract(page, url), Article) for page, url in without_article)
        print(row(f"no: {kind}", len(without_article), "newsloom", {**dict.fromkeys(names[:-1]), "refused": refused}))


if __name__ == "__main__":
    main()
