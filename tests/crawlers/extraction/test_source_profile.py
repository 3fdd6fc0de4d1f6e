"""What a source has on many pages is learned, and dropped from the next one; what a text needs stays."""

from __future__ import annotations

import pytest

from crawlers.extraction import Article, extract
from crawlers.extraction.explain import explain
from crawlers.extraction.source_profile import MAX_ARTICLES, SourceProfile, furniture, learn, without_affixes

LETTER = "Otto sends a letter about herons on the first of each month; ask him for one."
OWNERS = "The Heron is owned by those who read it."
STREET = "Mill Lane, behind the bakery"
THEMES = ("harbour", "budget", "orchard", "railway", "library", "weather", "theatre", "market", "bridge", "clinic")


def paragraph(theme: str, number: int) -> str:
    return (
        f"Paragraph {number} is about the {theme}: the council of the town has talked about it for the whole of an "
        f"evening, and about {theme} number {number} it could not agree at all, says the mayor."
    )


def lines(theme: str) -> list[str]:
    """An article with a box in it, a subheading that recurs, and two lines below it."""
    text = [paragraph(theme, number) for number in range(6)]
    return [*text[:2], "Background", *text[2:4], LETTER, *text[4:], OWNERS, STREET]


def article(theme: str) -> tuple[str, list[str]]:
    return f"All about the {theme} :: as the Heron sees it", lines(theme)


PROFILE = learn(map(article, THEMES[:5]))


def test_lines_of_many_articles_go_and_a_subheading_stays() -> None:
    new = lines("museum")
    dropped = furniture(PROFILE, new)
    assert [new[number] for number in dropped] == [LETTER, OWNERS, STREET]
    assert set(dropped.values()) == {5}


def test_short_lines_go_with_the_box_in_which_they_recur_and_only_there() -> None:
    box = ["From the reeds", LETTER]
    profile = learn((theme, [paragraph(theme, 1), *box, paragraph(theme, 2)]) for theme in THEMES)
    new = [paragraph("museum", 1), "From the reeds", paragraph("museum", 2), *box, paragraph("museum", 3)]
    assert list(furniture(profile, new)) == [3, 4]


@pytest.mark.parametrize(
    "articles",
    [
        pytest.param([article(theme) for theme in THEMES[:3]], id="too few"),
        pytest.param([("One title", lines(theme)) for theme in THEMES], id="one title"),
        pytest.param([(f"Update {number}", lines("harbour")) for number in range(9)], id="one text"),
    ],
)
def test_few_articles_and_versions_of_one_teach_nothing(articles: list[tuple[str, list[str]]]) -> None:
    assert not learn(articles)


def test_a_set_phrase_of_some_articles_is_not_the_sources() -> None:
    phrase = "The ministry declined to comment on the matter on Friday."
    many = [
        (f"Title {number}", [f"{paragraph('harbour', number)} {number}", *([phrase] if number < 4 else [])])
        for number in range(MAX_ARTICLES)
    ]
    assert not learn(many)
    assert learn(many[:60])


def test_nothing_goes_if_it_were_most_of_the_text() -> None:
    assert furniture(PROFILE, ["A short report.", LETTER, OWNERS]) == {}


def test_titles_lose_what_a_mark_separates_from_most_of_them() -> None:
    assert PROFILE.endings == (":: as the Heron sees it",)
    assert without_affixes(PROFILE, "The mill is sold :: as the Heron sees it") == "The mill is sold"
    assert without_affixes(PROFILE, "Alone :: as the Heron sees it") == "Alone :: as the Heron sees it"
    beginning = learn((f"Heard by the Heron: all about the {theme}", lines(theme)) for theme in THEMES)
    assert without_affixes(beginning, "Heard by the Heron: the mill is sold") == "the mill is sold"


def test_a_subject_that_all_titles_have_stays() -> None:
    weather = learn((f"Weather in {theme} city today", lines(theme)) for theme in THEMES)
    assert without_affixes(weather, "Weather in mill city today") == "Weather in mill city today"


def test_what_is_known_stays_known_when_articles_no_longer_show_it() -> None:
    later = [(f"Later {theme}", [paragraph(theme, number) for number in range(3)]) for theme in THEMES]
    assert learn(later, PROFILE) == PROFILE
    assert learn(later, PROFILE).version == PROFILE.version


def test_the_version_states_the_content_alone() -> None:
    more = SourceProfile({key: count + 7 for key, count in PROFILE.lines.items()}, PROFILE.beginnings, PROFILE.endings)
    assert more.version == PROFILE.version
    assert SourceProfile(PROFILE.lines).version != PROFILE.version


def test_a_page_is_extracted_with_the_profile_and_the_explanation_says_so() -> None:
    body = "".join(f"<h2>{line}</h2>" if line == "Background" else f"<p>{line}</p>" for line in lines("museum"))
    title = "All about the museum :: as the Heron sees it"
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    url = "https://heron.example/2026/03/all-about-the-museum"
    found = extract(page.encode(), url, source_profile=PROFILE)
    assert isinstance(found, Article)
    assert found.text.split("\n") == [line for line in lines("museum") if line not in (LETTER, OWNERS, STREET)]
    assert found.title == "All about the museum"
    without = extract(page.encode(), url)
    assert isinstance(without, Article)
    assert {LETTER, OWNERS, STREET} < set(without.text.split("\n"))
    explained = explain(page.encode(), url, source_profile=PROFILE)
    assert explained.found == found
    reasons = [line.reasons for line in explained.lines if line.text in (LETTER, OWNERS, STREET)]
    assert reasons == [("the source's profile: 5 articles have it",)] * 3
