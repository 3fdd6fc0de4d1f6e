"""Names in articles: which are found, what they are, and which countries an article is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warehouse.names.extract import names_of

if TYPE_CHECKING:
    from warehouse.names.mention import Mention

REPORT = (
    "Finance Minister Ann Example said on Monday the Harbour Bank Ltd would close its office in Lyon. "
    "Example told reporters that the International Harbour Fund (IHF) agreed. The IHF had met in March.\n"
    "He met Dr. Bob R. Sample, the governor of the Bank of Sweden. Stones fell. The stones were grey. "
    "It happened in the U.S. The Swedish krona rose; Sweden's exports rose, too."
)


def found(title: str, text: str, language: str | None = "en") -> dict[str, Mention]:
    return {mention.name: mention for mention in names_of(title, text, language)}


def test_people_have_titles_or_speak_and_a_surname_counts_for_the_full_name() -> None:
    names = found("Example closes bank", REPORT)
    assert (names["Ann Example"].kind, names["Ann Example"].times, names["Ann Example"].in_headline) == (
        "person",
        2,
        True,
    )
    assert names["Bob R Sample"].kind == "person"
    assert "Example" not in names


def test_organisations_have_endings_and_an_acronym_counts_for_the_full_name() -> None:
    names = found("Bank closes", REPORT)
    assert names["Harbour Bank Ltd"].kind == "organisation"
    assert names["Bank of Sweden"].kind == "organisation"
    assert (names["International Harbour Fund"].kind, names["International Harbour Fund"].times) == ("organisation", 3)
    assert "IHF" not in names


def test_words_that_only_begin_a_sentence_and_days_are_no_names() -> None:
    assert {"Monday", "March", "Stones", "He", "It", "The", "U.S. The"}.isdisjoint(found("Bank closes", REPORT))


def test_contractions_are_no_names_and_names_with_an_apostrophe_are() -> None:
    names = found("Talks", "She said: “We knew I’m late, and They'll wait for O’Brien.” Then O’Brien spoke.")
    assert "O’Brien" in names
    assert {"I’m", "They'll", "We"}.isdisjoint(names)


def test_places_have_a_country_and_adjectives_count_for_it() -> None:
    names = found("Bank closes", REPORT)
    assert (names["Lyon"].kind, names["Lyon"].country) == ("place", "FR")
    assert (names["Sweden"].kind, names["Sweden"].country, names["Sweden"].times) == ("country", "SE", 3)
    assert names["United States"].country == "US"


@pytest.mark.parametrize(
    ("title", "text", "about"),
    [
        ("Norway votes", "Polls opened at eight.", {"Norway"}),
        ("NORWAY VOTES", "Polls opened at eight.", {"Norway"}),
        ("Polls open", "Norwegian voters go to the polls. In Norway, they open at eight.", {"Norway"}),
        ("Spanish storm", "A storm hit Spain. " + "It rained in Spain. " * 30 + "It came from Norway.", {"Spain"}),
        ("Sample Plc year", "Profit was 12 mln stg against 10 mln stg.", {"United Kingdom"}),
        ("Ferry late", "The ferry was late.", set()),
        ("Wahl in Österreich", "In Österreich wird gewählt.", {"Austria"}),
        ("Élections en Allemagne", "Les Allemands votent en Allemagne.", {"Germany"}),
    ],
)
def test_an_article_is_about_the_countries_that_it_names_first_and_often(
    title: str, text: str, about: set[str]
) -> None:
    language = "de" if "Wahl" in title else "fr" if "Allemagne" in title else "en"
    assert {mention.name for mention in names_of(title, text, language) if mention.about} == about


def test_names_are_whole() -> None:
    text = (
        "He wrote to the Securities and Exchange Commission, General Motors Corp, Sample Roebuck and Co, and the "
        "Justice Department. Secretary of State Ann Example met the Foreign Minister. The Pier and Harbour Bridge "
        "fell. Transport for London said no."
    )
    names = found("Letters", text)
    organisations = {"Securities and Exchange Commission", "General Motors Corp", "Sample Roebuck and Co"}
    assert organisations | {"Justice Department"} <= {name for name, one in names.items() if one.kind == "organisation"}
    assert names["Ann Example"].kind == "person"
    assert names["Transport for London"].kind is None
    assert {"Pier", "Harbour Bridge"} <= set(names), "not one name"
    assert {"Foreign", "State Ann Example"}.isdisjoint(names)


def test_capitals_of_a_subhead_do_not_make_names() -> None:
    text = (
        "The Bridge That Would Not Fall\nThe bridge is in Bergen, says Ann Example.\nWhat Ann Example Knows\nNothing."
    )
    assert set(found("Bridge", text)) == {"Bergen", "Ann Example", "Norway"}


def test_a_city_within_another_name_is_no_place() -> None:
    names = found("Talks", "President Vladimir Sample met Iron Man in central Lyon and at Visa's San Francisco office.")
    assert {name for name, one in names.items() if one.kind == "place"} == {"Lyon", "San Francisco"}
    assert names["Vladimir Sample"].kind == "person"


def test_a_headline_in_capitals_names_what_the_text_names() -> None:
    names = found("EXAMPLE SAYS STONES FALL", "Ann Example said stones fall. Stones fall, Ann Example said.")
    assert names["Ann Example"].in_headline
    assert "Stones" not in names


@pytest.mark.parametrize("text", ["", " ", "東京で地震", "A", "U.S.", "-- ' '' ’s", "Mr. ", "É" * 1000, "A. B. C. D."])
def test_any_text_is_read(text: str) -> None:
    names_of(text, text, None)
    names_of("", text, "zz")
