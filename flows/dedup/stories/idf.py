"""Damps terms that many stored articles have: they say what kind of news an article is, and not which event it reports.

Results of companies, match reports and weather share most of their words; the few that differ name the event.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.rarity import RAREST
from flows.dedup.text.terms import language_seed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Idf:
    """Terms that are not rare, ascending, and the share of a language's articles that have each (0 to 1)."""

    terms: NDArray[np.uint32]
    shares: NDArray[np.float32]

    def factors(self, terms: NDArray[np.uint32]) -> NDArray[np.float32]:
        """The factors of the terms' weights, between 0 (every article has it) and 1 (at most one in RAREST has it).

        The square of a term's rarity. (On ten days of a wire, 0.97 of the reports on companies' results are in a story
        with another company's without it, 0.6 with the rarity itself, 0.02 to 0.05 with its square.)
        """
        found = np.full(len(terms), 1 / RAREST, np.float32)
        if len(self.terms):
            at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
            known = self.terms[at] == terms
            found[known] = np.maximum(self.shares[at][known], 1 / RAREST)
        rarity = np.log(found) / -math.log(RAREST)
        return (rarity * rarity).astype(np.float32)


NO_IDF = Idf(np.empty(0, np.uint32), np.empty(0, np.float32))
# A young warehouse has few articles, perhaps of few events. So many more without any term in common are assumed, so
# that a name that a third of thirty articles have does not count as a word of the language.
ASSUMED_ARTICLES = 200


# Without other knowledge of a language, a term is a word of it from this share on: rarer ones may be what the articles
# are about.
YOUNG_SHARE = 0.05
MIN_COUNT = 3  # articles of a sample with a term: fewer are chance
YOUNG_ARTICLES = 50  # fewer say nothing about a language
TEMPLATE_SHARE = 0.0015  # of the articles of a source in one segment
TEMPLATE_ARTICLES = 200
KIND_SHARE = 0.2  # of the articles of all sources in one segment: more than any event has


def shares(counts: dict[int, int], articles: int) -> dict[int, float]:
    """The share of articles with each term that is not rare; `counts` are those of a sample of `articles`."""
    whole = articles + ASSUMED_ARTICLES
    return {term: count / whole for term, count in counts.items() if count * RAREST > whole and count >= MIN_COUNT}


def complete(known: Idf, languages: Collection[str], articles: Mapping[str, Sequence[NDArray[np.uint32]]]) -> Idf:
    """Complete stored frequencies, which cover `languages`, for other languages from the articles at hand.

    `articles` are the terms of each article, by language. Only terms that one article in twenty has are added: rarer
    ones may be what a few stories are about.
    """
    found = [
        _common(texts, YOUNG_SHARE)
        for language, texts in articles.items()
        if language not in languages and len(texts) >= YOUNG_ARTICLES
    ]
    return _joined([known, *found])


def with_templates(known: Idf, articles: Mapping[tuple[str, str], Sequence[NDArray[np.uint32]]]) -> Idf:
    """Add what many articles of one source have in common today, which stored frequencies may not know yet.

    `articles` has the terms of each dated article, by language and source. An outlet reports an event a few times, so
    that what many of its articles have is its way of writing, or the kind of news. They are counted whatever their
    language, because that of a table of figures is a guess. So is what a fifth of the articles of all sources have.
    """
    of_source: dict[str, dict[str, Sequence[NDArray[np.uint32]]]] = {}
    of_language: dict[str, list[NDArray[np.uint32]]] = {}
    for (language, source), texts in articles.items():
        of_source.setdefault(source, {})[language] = texts
        of_language.setdefault(language, []).extend(texts)
    found = [part for languages in of_source.values() for part in _templates(languages)]
    found += [_common(texts, KIND_SHARE) for texts in of_language.values() if len(texts) >= TEMPLATE_ARTICLES]
    return _joined([known, *found])


def _templates(languages: Mapping[str, Sequence[NDArray[np.uint32]]]) -> list[Idf]:
    """What many articles of one source have in common, as terms of each of its languages."""
    if sum(map(len, languages.values())) < TEMPLATE_ARTICLES:
        return []
    seeds = {language: language_seed(language).astype(np.uint32) for language in languages}
    common = _common(
        [terms ^ seeds[language] for language, texts in languages.items() for terms in texts], TEMPLATE_SHARE
    )
    found = []
    for seed in seeds.values():
        terms = common.terms ^ seed
        order = np.argsort(terms)
        found.append(Idf(terms[order], common.shares[order]))
    return found


def _common(texts: Sequence[NDArray[np.uint32]], least: float) -> Idf:
    """The terms that at least this share of the texts has, and MIN_COUNT of them."""
    distinct, counts = np.unique(np.concatenate(texts), return_counts=True)
    common = counts >= max(least * len(texts), MIN_COUNT)
    return Idf(distinct[common], (counts[common] / len(texts)).astype(np.float32))


def _joined(parts: Sequence[Idf]) -> Idf:
    """The terms of all, with the largest of their shares."""
    if len(parts) == 1:
        return parts[0]
    terms, place = np.unique(np.concatenate([part.terms for part in parts]), return_inverse=True)
    shares = np.zeros(len(terms), np.float32)
    np.maximum.at(shares, place, np.concatenate([part.shares for part in parts]))
    return Idf(terms, shares)
