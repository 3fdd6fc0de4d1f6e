"""The evaluation gate: pages written for this project, in many templates and languages, with their expected results.

Each page in `frozen/` has a file with its article as a reader sees it. `figures.toml` has the scores that extraction
reached when it was last updated: a change that lowers one fails here, and a change that raises one may update the file.
F1 is computed as in the article extraction benchmark: over runs of four words, each page with the same weight.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from difflib import ndiff
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from crawlers.extraction import Article, extract

FROZEN = Path(__file__).parent / "frozen"
FIGURES = tomllib.loads((FROZEN / "figures.toml").read_text(encoding="utf-8"))
NAMES = sorted(file.stem for file in FROZEN.glob("*.html"))
RUN = 4


@cache
def wanted(name: str) -> dict[str, Any]:
    return tomllib.loads((FROZEN / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def found(name: str) -> Article:
    article = extract((FROZEN / f"{name}.html").read_bytes(), wanted(name)["url"])
    assert isinstance(article, Article), article
    return article


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)))


def f1(names: list[str]) -> float:
    precision, recall = [], []
    for name in names:
        truth, text = runs(wanted(name)["text"]), runs(found(name).text)
        common = (truth & text).total()
        precision.append(common / text.total())
        recall.append(common / truth.total())
    return 2 * mean(precision) * mean(recall) / (mean(precision) + mean(recall))


def test_the_texts_are_no_worse_than_the_frozen_ones() -> None:
    different = [
        f"{name}: {line}"
        for name in NAMES
        for line in ndiff(wanted(name)["text"].strip().split("\n"), found(name).text.split("\n"))
        if line[0] in "+-"
    ]
    exact = mean(wanted(name)["text"].strip() == found(name).text for name in NAMES)
    assert f1(NAMES) >= FIGURES["f1"] - 1e-6, "\n".join(different)
    assert exact >= FIGURES["exact"] - 1e-6, "\n".join(different)


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_of_a_frozen_page_are_as_expected(name: str) -> None:
    want, article = wanted(name), found(name)
    assert (article.title, list(article.authors), article.published_at, article.language) == (
        want["title"],
        want["authors"],
        want.get("published_at"),
        want["language"],
    )


def test_an_extra_line_and_a_missing_line_lower_the_score() -> None:
    text = wanted("fr-market")["text"].strip()
    truth = runs(text)
    for other in (f"{text}\nPartager cet article avec vos amis", text.rpartition("\n")[0]):
        assert (truth & runs(other)).total() < max(truth.total(), runs(other).total())


def test_the_frozen_pages_are_in_many_languages() -> None:
    assert len({wanted(name)["language"] for name in NAMES}) >= 10
