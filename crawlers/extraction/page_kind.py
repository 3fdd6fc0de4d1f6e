"""Weigh what speaks for and against a page being an article, where no single sign decides.

`measure` takes some sixty measurements of a page: its URL, what it declares, date and author, the shape of its text
and of its markup. None of them depends on the language of the text. `weigh` adds them up, each times its weight: a
logistic regression. The weights are in `page-kind.json`, made by `benchmarks/training/page_kind.py` from public
collections of articles and of pages that are none.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from crawlers.extraction.rules import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawlers.extraction.elements import Elements
    from crawlers.extraction.page_signals import PageSignals

_COUNTED = ("svg", "div", "span", "figure", "button", "li", "code", "pre")
_PATH_KINDS = ("article", "shop", "service", "forum", "documentation")
_HOST_KINDS = ("forum", "documentation")
_CLASS_KINDS = (
    "article",
    "sharing",
    "list",
    "product",
    "promotion",
    "price",
    "related",
    "comment",
    "author",
    "cart",
    "card",
    "thread",
)
_ITEM_KINDS = {
    "article": re.compile(r"Article|BlogPosting"),
    "product": re.compile(r"Product|Offer"),
    "forum": re.compile(r"Question|Answer|DiscussionForum|Comment"),
}
_PRODUCT_TYPES = frozenset({"Product", "ProductGroup", "Offer", "AggregateOffer"})
_FORUM_TYPES = frozenset({"DiscussionForumPosting", "QAPage", "Question"})
_SINGLE = re.compile(r"\b(?:single|single-post|post-template|postid-\d+|article|story|blog-?post)\b", re.IGNORECASE)
"""Classes of the body by which publishing systems mark the page of one article."""
_WORD = re.compile(r"[^\W_]+")
_EXTENSION = re.compile(r"\.\w{2,5}$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"\d{4}")
_SENTENCE_ENDS = frozenset(".!?…。！？।؟\"'”’»“）)")
_LONG_LINE = 120
"""Characters from which a line that ends like a sentence is a paragraph and not a caption, a teaser or an entry."""
_MOST_SLUG_WORDS = 12
_MOST_TITLE_WORDS = 25
_DEEPEST = 6
_MIN_LETTERS_WITHIN = 5
"""Letters of a word that also counts within a longer label of a host."""


class Weight(TypedDict):
    """The mean of a measurement over the pages of the training, and what one unit above it adds to the score."""

    mean: float
    weight: float


class Weights(TypedDict):
    """`page-kind.json`: `base` is the score of an average page, `limit` the highest score of an article."""

    base: float
    limit: float
    measurements: dict[str, Weight]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A score, positive against an article (log odds), and what each measurement adds to it, the most first."""

    score: float
    limit: float
    parts: tuple[tuple[str, float, float], ...]
    """Name, measured value and its part of the score."""

    @property
    def is_article(self) -> bool:
        """False if the evidence against an article is strong."""
        return self.score <= self.limit

    def against(self, count: int) -> str:
        """The strongest evidence against an article, as text."""
        return ", ".join(f"{name} {value:.3g}" for name, value, part in self.parts[:count] if part > 0)


@cache
def read_weights() -> Weights:
    """The weights, read once."""
    weights: Weights = json.loads(files("crawlers.extraction").joinpath("page-kind.json").read_text(encoding="utf-8"))
    return weights


def weigh(measured: Mapping[str, float], weights: Weights | None = None) -> Weighed:
    """Add up the measurements of a page."""
    used = weights or read_weights()
    parts = [
        (name, measured[name], (measured[name] - each["mean"]) * each["weight"])
        for name, each in used["measurements"].items()
    ]
    parts.sort(key=lambda part: -part[2])
    return Weighed(used["base"] + sum(part for *_, part in parts), used["limit"], tuple(parts))


def measure(signals: PageSignals) -> dict[str, float]:
    """The measurements of a page by name: numbers, shares, logarithms of counts; 1 or 0 for what is there or not."""
    page, declared = signals.page, signals.declared
    measured = {
        **_of_url(page.url),
        **_of_text(signals.lines),
        "words": math.log1p(signals.words),
        **_of_markup(page.elements),
    }
    types = declared.structured_data.types
    og_types = {kind.lower() for kind in page.metas.get("og:type", ())}
    origins = dict(signals.metadata.provenance)
    dated, signed = float("published_at" in origins), float("authors" in origins)
    titles = (*declared.titles.h1, *declared.titles.og, *declared.titles.title, "")
    published = signals.metadata.published
    return measured | {
        "declares an article (JSON-LD)": float(bool(declared.article)),
        "declares a product (JSON-LD)": float(bool(types & _PRODUCT_TYPES)),
        "declares a discussion (JSON-LD)": float(bool(types & _FORUM_TYPES)),
        "has JSON-LD": float(bool(types)),
        "og:type article": float("article" in og_types),
        "og:type website": float("website" in og_types),
        "og:type product": float(any("product" in kind for kind in og_types)),
        "no og:type": float(not og_types),
        "has a date": dated,
        "has a date with its time": float(published is not None and published.exact),
        "has a date in JSON-LD": float(origins.get("published_at") == "json-ld"),
        "has an author": signed,
        "has an author in JSON-LD": float(origins.get("authors") == "json-ld"),
        "has a date and an author": dated * signed,
        "has a date in a forum": dated * max(measured["forum path"], measured["forum host"]),
        "has a date and paragraphs": dated * measured["share in paragraphs"],
        "has an author and paragraphs": signed * measured["share in paragraphs"],
        "has a section": float(origins.get("section") in ("json-ld", "meta")),
        "words of the title": float(min(_MOST_TITLE_WORDS, len(next(filter(None, titles), "").split()))),
    }


def _of_url(url: str) -> dict[str, float]:
    split = urlsplit(url.lower())
    segments = [segment for segment in split.path.split("/") if segment]
    names = {_EXTENSION.sub("", segment) for segment in segments}
    labels = (split.hostname or "").removeprefix("www.").split(".")
    last = _EXTENSION.sub("", segments[-1]) if segments else ""
    measured = {
        "words of the last part of the path": float(min(_MOST_SLUG_WORDS, len(_WORD.findall(last)))),
        "hyphens in the path": float(
            min(_MOST_SLUG_WORDS, max((part.count("-") + part.count("_") for part in segments), default=0))
        ),
        "parts of the path": float(min(_DEEPEST, len(segments))),
        "number in the path": float(bool(_NUMBER.search(split.path))),
    }
    for kind in _PATH_KINDS:
        measured[f"{kind} path"] = float(not names.isdisjoint(phrases("page-kinds", f"{kind}_paths")))
    if any(map(_YEAR.fullmatch, names)):
        measured["article path"] = 1.0
    for kind in _HOST_KINDS:
        words = phrases("page-kinds", f"{kind}_hosts")
        measured[f"{kind} host"] = float(
            any(
                label == word or (len(word) >= _MIN_LETTERS_WITHIN and word in label)
                for label in labels
                for word in words
            )
        )
    return measured


def _of_text(lines: list[str]) -> dict[str, float]:
    total = sum(map(len, lines)) or 1
    finished = [line for line in lines if line[-1] in _SENTENCE_ENDS]
    return {
        "characters per line": math.log1p(total / max(1, len(lines))),
        "share in paragraphs": sum(len(line) for line in finished if len(line) >= _LONG_LINE) / total,
        "share in unfinished lines": 1 - sum(map(len, finished)) / total,
    }


def _of_markup(elements: Elements) -> dict[str, float]:
    items = "\n".join(value for _, value in elements.having("itemtype"))
    body = elements.root.find("body")
    marks = f"{elements.root.get('class', '')} {'' if body is None else body.get('class', '')}"
    measured = {"all elements": math.log1p(len(elements.all))}
    measured |= {f"{name} elements": math.log1p(len(elements.named(name))) for name in _COUNTED}
    names = _classes_by_frequency(value for _, value in elements.having("class"))
    every = "\n".join(names.values())
    for kind in _CLASS_KINDS:
        words = [word for word in phrases("page-kinds", f"{kind}_classes") if word in every]
        measured[f"{kind} classes"] = math.log1p(
            sum(times * sum(map(listed.count, words)) for times, listed in names.items()) if words else 0
        )
    for kind, pattern in _ITEM_KINDS.items():
        measured[f"{kind} microdata"] = float(bool(pattern.search(items)))
    measured["body of a single article"] = float(bool(_SINGLE.search(marks)))
    return measured


def _classes_by_frequency(classes: Iterable[str]) -> dict[int, str]:
    """The different classes that stand on a page once, twice and so on, each on a line: words are counted in each of
    them once."""
    listed: defaultdict[int, list[str]] = defaultdict(list)
    for name, times in Counter(classes).items():
        if name:
            listed[times].append(name)
    return {times: "\n".join(names).lower().replace("_", "-") for times, names in listed.items()}
