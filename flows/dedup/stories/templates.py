"""Finds the words of templates: what many of an outlet's articles have in common, whatever they are about.

Share tips, horoscopes, match reports and court lists share most of their words; the few that differ name the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.stories.idf import MIN_COUNT, NO_IDF, Idf, common_terms, joined
from flows.dedup.text.terms import UNKNOWN, language_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from flows.dedup.records import NewText

    Floats = NDArray[np.float32]

# From so many articles of an outlet at hand on, what TEMPLATE_SHARE of them have is its way of writing, or the
# kind of news: it reports an event a few times only.
MANY_ARTICLES = 200
TEMPLATE_SHARE = 0.0015
KIND_SHARE = 0.2  # of the articles of all sources at hand: more than any event has
# Fewer articles of an outlet may be a collection on one affair. But then names and numbers agree more than other words
# do: the median cosines, by the squares of the terms' counts, are 0.54 and 0.38 in reports of one event, 0 and 0.61 in
# reports on the results of two companies. Two articles have different subjects if the other words' cosine is higher,
# and certainly if it is so much higher:
CLEARLY = 0.1
# A term counts by the share of its articles' pairs that have different subjects, to this power. Each collection of
# benchmarks/templates.py chooses about these values for the one left out; a lower power splits affairs.
POWER = 3
# Undated articles may be of years, and on a few affairs, each with many: they are damped only where it is clearer
# still. So no term of ECB+ is; with CLEARLY and POWER, F1 there is 0.01 lower.
UNDATED_CLEARLY = 0.2
UNDATED_POWER = 6
UNDATED_SAMPLE = 400  # articles of a source that are compared at most
MIN_SUBJECTS = 2
# The powers of rarity that words weigh by here. A capital does not make a name of a word that wide text often has, such
# as the nouns of German: with 1/2 for names, too, reports of one form in German and Russian count as being on one
# subject.
RARITY_OF_NAMES, RARITY_OF_OTHERS = 2.0, 0.5
ASSUMED_ARTICLES = 200  # so many more without the term are assumed


def with_templates(known: Idf, articles: Sequence[NewText]) -> Idf:
    """Add what many of these dated articles have in common, which stored frequencies may not know yet.

    They are counted by source, whatever their language, because that of a table of figures is a guess; and all together
    by language, where there are many.
    """
    of_source = _grouped(articles, lambda article: article.source)
    of_language = _grouped(articles, lambda article: article.language or UNKNOWN)
    found = [_of_source(texts, MANY_ARTICLES, (CLEARLY, POWER)) for texts in of_source.values()]
    found += [
        common_terms([article.features.terms.hashes for article in texts], KIND_SHARE)
        for texts in of_language.values()
        if len(texts) >= MANY_ARTICLES
    ]
    return joined([known, *(part for part in found if len(part.terms))])


def undated_templates(articles: Sequence[NewText]) -> Idf:
    """What the undated articles of each source have in common, whatever subject they are on.

    However many there are, they are compared.
    """
    of_source = _grouped(sorted(articles, key=lambda article: article.article_id), lambda article: article.source)
    limits = UNDATED_CLEARLY, UNDATED_POWER
    found = [_of_source(texts[:UNDATED_SAMPLE], UNDATED_SAMPLE + 1, limits) for texts in of_source.values()]
    return joined([NO_IDF, *(part for part in found if len(part.terms))])


def _grouped(articles: Iterable[NewText], key: Callable[[NewText], str]) -> Mapping[str, list[NewText]]:
    found: dict[str, list[NewText]] = {}
    for article in articles:
        found.setdefault(key(article), []).append(article)
    return found


def _of_source(articles: Sequence[NewText], many: int, limits: tuple[float, int]) -> Idf:
    """What articles of one source have in common, as terms of each of its languages; `many` need no subjects."""
    seeds = {article.language: language_seed(article.language).astype(np.uint32) for article in articles}
    # The same letters are one term here, in whatever language.
    texts = [article.features.terms.hashes ^ seeds[article.language] for article in articles]
    common = common_terms(texts, TEMPLATE_SHARE) if len(texts) >= many else _of_subjects(articles, texts, *limits)
    found = []
    for seed in seeds.values():
        terms = common.terms ^ seed
        order = np.argsort(terms)
        found.append(Idf(terms[order], common.shares[order]))
    return joined(found)


def _of_subjects(articles: Sequence[NewText], texts: Sequence[NDArray[np.uint32]], clearly: float, power: int) -> Idf:
    """The terms that articles on different subjects share; `texts` has the terms of each article."""
    # Without capitals there are no names to compare.
    cased = [number for number, article in enumerate(articles) if _has_case(article.title)]
    if len(cased) < MIN_COUNT:
        return Idf(np.empty(0, np.uint32), np.empty(0, np.float32))
    terms = [articles[number].features.terms for number in cased]
    rows = np.repeat(np.arange(len(cased)), [len(found.hashes) for found in terms])
    distinct, place, counts = np.unique(
        np.concatenate([texts[number] for number in cased]), return_inverse=True, return_counts=True
    )
    # Entries of terms that one article has add to the length of its vector only.
    names = np.concatenate([found.names for found in terms])
    powers = np.where(names, np.float32(RARITY_OF_NAMES), np.float32(RARITY_OF_OTHERS))
    weights = np.concatenate([found.weights**2 for found in terms])
    weights *= np.concatenate([found.rarity for found in terms]) ** powers
    shared = counts > 1
    distinct, column, counts = distinct[shared], (np.cumsum(shared) - 1)[place], counts[shared]
    shared = shared[place]

    def cosines(part: NDArray[np.bool_]) -> Floats:
        lengths = np.sqrt(np.bincount(rows[part], weights[part].astype(np.float64) ** 2, len(cased)))
        matrix = np.zeros((len(cased), len(distinct)), np.float32)
        part = part & shared
        matrix[rows[part], column[part]] = weights[part] / np.maximum(lengths, 1e-9)[rows[part]]
        product: Floats = matrix @ matrix.T
        return product

    differ = np.clip((cosines(~names) - cosines(names)) / clearly, 0, 1)
    # A text without any name, perhaps in small letters throughout, shows nothing.
    nameless = np.bincount(rows[names], minlength=len(cased)) == 0
    differ[nameless] = differ[:, nameless] = 0
    np.fill_diagonal(differ, 0)
    has = np.zeros((len(cased), len(distinct)), np.float32)
    has[rows[shared], column[shared]] = 1
    of_pairs = (has * (differ @ has)).sum(axis=0) / (counts * (counts - 1))
    subjects = counts * of_pairs**power
    kept = (subjects >= MIN_SUBJECTS) & (counts >= MIN_COUNT)
    return Idf(distinct[kept], (subjects[kept] / (len(cased) + ASSUMED_ARTICLES)).astype(np.float32))


def _has_case(title: str) -> bool:
    """Whether most letters of a headline are of a script with capitals."""
    if title.isascii():  # as most titles are; it takes a tenth of the time
        return title.upper() != title.lower()
    letters = [letter for letter in title if letter.isalpha()]
    return 2 * sum(letter.lower() != letter.upper() for letter in letters) > len(letters)
