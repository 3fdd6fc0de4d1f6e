"""What many articles have in common, whatever they are about."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from flows.dedup.records import NewText
from flows.dedup.stories.idf import NO_IDF, Idf
from flows.dedup.stories.templates import MANY_ARTICLES, undated_templates, with_templates
from flows.dedup.text.features import Features, features_of
from flows.dedup.text.terms import Terms, headline_terms, language_seed
from flows.identifiers import digest

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SUBJECTS = ["Norbel", "Quillon", "Tavish", "Aldmoor", "Brackwater", "Ostrava", "Lumen", "Kressing"]
TIP = (
    "Analysts raised the price target for the shares of {0} on Tuesday. The stock of {0} closed higher on the market, "
    "and the average rating of the brokers is to hold the shares. The dividend of {0} yields less than a year ago."
)
AFFAIR = [
    "The captain of the ferry Ardmore was arrested in Selby on Tuesday, police said.",
    "Divers found the recorder of the ferry Ardmore near Selby, where it had run aground.",
    "Survivors of the Ardmore told a court in Selby that no alarm was heard on board.",
    "The owner of the Ardmore suspended all crossings from Selby after the accident.",
    "Nine passengers of the Ardmore were buried in Selby while the inquiry began.",
    "The coastguard reached the ferry Ardmore too late, said the mayor of Selby.",
]


def article(number: int, title: str, text: str, source: str = "a.example", language: str = "en") -> NewText:
    return _with(number, title, source, language, features_of(title, text, language))


def of_terms(number: int, terms: list[int], source: str = "a.example", language: str = "en") -> NewText:
    count = len(terms)
    found = Terms(
        np.sort(np.array(terms, np.uint32)),
        np.ones(count, np.float32),
        np.ones(count, np.float32),
        np.zeros(count, bool),
    )
    return _with(
        number, "A headline", source, language, Features(np.empty(0, np.uint64), np.empty(0, np.uint64), found)
    )


def _with(number: int, title: str, source: str, language: str, features: Features) -> NewText:
    key = digest(str(number))
    return NewText(key, key, source, title, language, NOON, "second", NOON, NOON, True, features)


def factor(found: Idf, word: str, language: str = "en") -> float:
    return float(found.factors(headline_terms(word, language))[0])


def tips(many: int, source: str = "a.example") -> list[NewText]:
    return [
        article(number, f"{name} shares rated by analysts", TIP.format(name), source)
        for number, name in enumerate(SUBJECTS[:many])
    ]


def test_what_reports_on_different_subjects_share_is_a_template() -> None:
    found = with_templates(NO_IDF, tips(8))
    assert factor(found, "dividend") < 0.3
    assert factor(found, "Quillon") == 1


def test_a_capital_does_not_make_a_name_of_a_word_that_wide_text_often_has() -> None:
    texts = [
        "Die Polizei sucht Zeugen eines Unfalls in {0}. Ein Auto fuhr am Montag in einen Bus. Eine Frau und zwei "
        "Kinder kamen verletzt in das Krankenhaus. Den Schaden schätzt ein Sprecher auf viele Tausend Euro.",
        "Nach einem Unfall in {0} sucht die Polizei Zeugen. Am Montag fuhr ein Auto in einen Bus. Eine Frau und zwei "
        "Kinder liegen im Krankenhaus. Der Schaden beträgt laut einem Sprecher einige Tausend Euro.",
    ]
    reports = [
        article(number, f"Unfall in {name}", texts[number % 2].format(name), language="de")
        for number, name in enumerate(SUBJECTS)
    ]
    found = undated_templates(reports)
    assert factor(found, "Krankenhaus", "de") < 0.3
    assert factor(found, "Quillon", "de") == 1


def test_what_reports_on_one_affair_share_is_none() -> None:
    reports = [article(number, text.split(",")[0], text) for number, text in enumerate(AFFAIR)]
    found = with_templates(NO_IDF, reports)
    assert [factor(found, word) for word in ("ferry", "Ardmore", "Selby")] == [1, 1, 1]


def test_undated_reports_show_a_template_too_and_an_affair_none() -> None:
    found = undated_templates(tips(8))
    assert factor(found, "dividend") < 0.3
    assert factor(found, "Quillon") == 1
    reports = [article(number, text.split(",")[0], text) for number, text in enumerate(AFFAIR)]
    assert undated_templates(reports) is NO_IDF


def test_however_many_undated_articles_have_a_word_their_subjects_decide() -> None:
    articles = [of_terms(number, [1, 100 + number]) for number in range(2 * MANY_ARTICLES)]
    assert undated_templates(articles) is NO_IDF


def test_two_reports_are_no_template() -> None:
    assert with_templates(NO_IDF, tips(2)) is NO_IDF


def test_several_outlets_with_a_report_each_have_no_template() -> None:
    assert with_templates(NO_IDF, [tips(8, f"{number}.example")[number] for number in range(8)]) is NO_IDF


def test_texts_without_names_show_no_template() -> None:
    reports = [article(number, name.lower(), TIP.format(name).lower()) for number, name in enumerate(SUBJECTS)]
    assert with_templates(NO_IDF, reports) is NO_IDF


def test_without_capitals_names_are_not_compared() -> None:
    text = "渡轮在港口附近搁浅。警方逮捕了船长。{0}名乘客获救。"
    reports = [article(number, "渡轮搁浅事故调查", text.format(10 + number), language="zh") for number in range(8)]
    assert with_templates(NO_IDF, reports) is NO_IDF


def test_what_many_articles_of_one_source_share_is_a_template() -> None:
    articles = [of_terms(number, [1, 100 + number]) for number in range(MANY_ARTICLES)]
    assert with_templates(NO_IDF, articles).shares.tolist() == [1]


def test_a_template_is_one_whatever_language_a_table_is_taken_for() -> None:
    def share(language: str) -> int:
        return int(language_seed(language).astype(np.uint32)) ^ 7

    english = [of_terms(number, [share("en"), 100 + number]) for number in range(MANY_ARTICLES - 2)]
    danish = [of_terms(number, [share("da"), 100 + number], language="da") for number in range(2)]
    found = with_templates(NO_IDF, [*english, *danish])
    assert found.terms.tolist() == sorted([share("en"), share("da")])
    elsewhere = [of_terms(number, [share("da"), 100 + number], "b.example", "da") for number in range(2)]
    assert share("da") not in with_templates(NO_IDF, [*english, *elsewhere]).terms.tolist()


def test_what_a_fifth_of_the_articles_of_all_sources_have_is_no_event() -> None:
    articles = [
        of_terms(number, [1, 2 + number % 10, 100 + number], f"{number}.example") for number in range(MANY_ARTICLES)
    ]
    assert with_templates(NO_IDF, articles).terms.tolist() == [1]
