"""Headlines that are, or are not, in the other text."""

from __future__ import annotations

import numpy as np
import pytest

from flows.dedup.records import NewText
from flows.dedup.stories import vectors
from flows.dedup.stories.assign import article_vectors, compare
from flows.dedup.stories.headlines import USUAL, Headlines, agreement, read_headlines
from flows.dedup.stories.idf import NO_IDF
from flows.dedup.text.features import features_of
from flows.dedup.text.terms import headline_terms, weigh
from flows.identifiers import digest
from tests.flows.dedup.library import NOON

TALKS = """The trawler fleets of Arvenia and Solmark stayed in Port Maren while Keral and Brandvold haggled over cod,
patrols and scrapped boats; Stenner, who speaks for the fishermen, wants compensation from the coast guard."""
LANDING = (
    "Fishermen scrap boats in Port Maren",
    f"Stenner showed reporters the slipway, rusting anchors and a crane without a driver. {TALKS}",
)
PATROLS = (
    "Keral and Brandvold haggle over patrols",
    f"Inspectors waited in Lisbon for word from both embassies, over coffee and maps. {TALKS}",
)
RECIPE = "A chowder for eight from one copper kettle", f"Simmer leeks, then think of those who caught it. {TALKS}"


def similarities(*texts: tuple[str, str], dated: bool = True) -> tuple[float, float]:
    """Of the first two texts: the product of their vectors, and their similarity."""
    found = article_vectors([new_text(title, text) for title, text in texts], NO_IDF)
    headlines = [(title, "en") for title, _ in texts]
    (plain,) = vectors.products(found, 0.01).products
    (compared,) = compare(found, headlines, np.full(len(texts), dated), 0.01).products
    return float(plain), float(compared)


def new_text(title: str, text: str) -> NewText:
    key = digest(title)
    features = features_of(title, text, "en")
    return NewText(key, key, "herald.example", title, "en", NOON, "second", NOON, NOON, True, features)


def test_reports_that_have_the_words_of_each_others_headlines_are_more_similar() -> None:
    plain, compared = similarities(LANDING, PATROLS)
    assert compared > 1.2 * plain


def test_texts_on_one_topic_whose_headlines_say_different_things_are_less_similar() -> None:
    plain, compared = similarities(LANDING, RECIPE)
    assert compared < 0.8 * plain


def test_headlines_do_not_count_where_the_date_is_unknown() -> None:
    plain, compared = similarities(LANDING, RECIPE, dated=False)
    assert compared == plain


def test_a_headline_of_which_nothing_is_known_changes_nothing_beside_a_usual_one() -> None:
    headlines = Headlines(np.empty(0), known=np.array([True, False]), compared=np.array([True, True]))
    one, other = np.array([0]), np.array([1])
    assert agreement(headlines, one, other, np.array([USUAL]), np.array([0.0])) == pytest.approx([1.0])
    assert agreement(headlines, one, other, np.array([1.0]), np.array([0.0]))[0] > 1
    assert agreement(headlines, one, other, np.array([0.0]), np.array([0.0]))[0] < 1


def test_the_shares_of_a_headlines_terms_add_up_to_it() -> None:
    found = article_vectors([new_text(*LANDING), new_text(*RECIPE)], NO_IDF)
    headlines = read_headlines(found, [(LANDING[0], "en"), (RECIPE[0], "en")], np.array([True, True]))
    assert np.bincount(found.rows, headlines.shares).tolist() == pytest.approx([1, 1])
    assert 0 < (headlines.shares > 0).sum() < len(found.rows)


def test_a_heavy_word_counts_for_much_more_of_a_headline_than_a_light_one() -> None:
    found = article_vectors([new_text(*LANDING)], NO_IDF)
    headlines = read_headlines(found, [(LANDING[0], "en")], np.array([True]))

    def share(word: str) -> float:
        (term,) = headline_terms(word, "en")
        return float(headlines.shares[found.terms == term].sum())

    assert share("Maren") > 3 * share("Port") > 0, "with the squares of weights, less than twice as much"


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Keral signs 41 accords"),
        ("ja", "防潮堤の建設計画を見直すカニング首相"),
        ("th", "แผนการก่อสร้างเขื่อน"),
        ("ru", "Керал подписал"),
    ],
)
def test_the_terms_of_a_headline_are_those_of_a_text_with_it(language: str, title: str) -> None:
    own = set(weigh(title, "", language).hashes.tolist())
    assert own
    assert own <= set(headline_terms(title, language).tolist())
