"""Lines that do not belong to the article are dropped; similar lines that belong to it are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.extraction import clean_text
from crawlers.extraction.cleaning import clean_lines, without_repeated

TEXTS = Path(__file__).parent / "texts"
ONE = (
    "The first paragraph says what happened at the harbour on Monday, in the rain, and that it took the whole of the"
    " morning to do it."
)
TWO = (
    "The second tells who was there, what they had to say of it, and why nobody had thought of the tide before that"
    " day in the week."
)
THREE = (
    "The third looks back at the years before, and at the other harbours along the coast that have gone the same way"
    " in their time."
)


def cleaned(*lines: str, **options: object) -> list[str]:
    return clean_lines(list(lines), lambda line: line == "The headline", **options)  # type: ignore[arg-type]


def test_a_badly_scraped_text_is_reduced_to_headline_and_article() -> None:
    found = clean_text((TEXTS / "badly-scraped.txt").read_text(encoding="utf-8"))
    assert found.split("\n") == [
        "Lighthouse on Gull Rock to be lit again after forty years",
        "The lighthouse on Gull Rock will be lit again in the autumn, forty years after its lamp was carried ashore,"
        " the harbour board decided on Monday.",
        "What is planned",
        "A lamp of the old pattern is being built by a workshop in the town. The board expects three things of it:",
        "• a beam that can be seen for twelve miles",
        "• a keeper's room that is open to visitors",
        "• no more than two days of work a year",
        "“Nobody needs it to find the harbour any more,” said the harbour master, Edda Norling. “But everybody looks"
        " for it.”",
        "The work is to cost less than a new buoy. Donations have paid for half of it already.",
    ]


@pytest.mark.newsweb
def test_the_samples_keep_the_article_and_clean_texts_are_unchanged(shared: Path) -> None:
    def lines(name: str) -> list[str]:
        text = (shared / "samples" / name).read_text(encoding="utf-8")
        return [" ".join(line.split()) for line in text.splitlines() if line.strip()]

    bad, good = lines("lavrov-with-boilerplate.txt"), lines("lavrov-clean.txt")
    assert clean_text("\n".join(good)).split("\n") == good
    found = clean_text("\n".join(bad)).split("\n")
    assert found[0].startswith("Russia Won\u2019t Accept NATO Troops")
    assert found[-1].startswith("The talks mark a potential shift")
    first, last = bad.index(found[0]), bad.index(found[-1])
    assert found == [line for line in bad[first : last + 1] if line not in ("Date:", "- Advertisement -")]


ARTICLE = [
    "Lighthouse to be lit again",
    ONE,
    "What is planned",
    "A lamp of the old pattern is being built.",
    TWO,
    THREE,
]
SCRAPED = {
    "a plugin's dialogue and share buttons": (
        ["We value your privacy", "We use cookies to enhance your browsing experience.", "Customise", "Reject All",
         "Accept All", "Necessary", "Always Active", "No cookies to display.", "Save My Preferences"],
        "- Advertisement -",
        ["Odo Brandt", "Odo Brandt is a correspondent with fifteen years in digital media.", "Share this:",
         "Click to share on X (Opens in new window)", "Like this:", "Related", "Whales return to the fjord",
         "August 1, 2025"],
    ),
    "a menu above the dialogue, a list below": (
        ["Skip to content", "Home", "News", "Politics", "Sport", "Your privacy choices",
         "This site uses cookies to store information on your computer.", "Accept", "Decline"],
        "ADVERTISEMENT",
        ["About the author", "Odo Brandt", "Share post:", "Facebook", "Popular", "Whales return to the fjord",
         "More like this", "Related", "Old lightship becomes a library", "The lightship that lay off the point..."],
    ),
    "another plugin's dialogue, a comment form": (
        ["Manage Cookie Consent", "To provide the best experiences, we use technologies like cookies.", "Functional",
         "Always active", "The technical storage or access is strictly necessary.", "Preferences", "Statistics",
         "Manage options", "Manage services", "View preferences"],
        "Advertisement. Scroll to continue reading.",
        ["Odo Brandt", "Odo Brandt is a journalist in Tarn.", "Leave a Reply",
         "Your email address will not be published. Required fields are marked *", "Name *", "Email *"],
    ),
    "German": (
        ["Cookie-Zustimmung verwalten", "Um dir ein optimales Erlebnis zu bieten, verwenden wir Cookies.", "Funktional",
         "Immer aktiv", "Statistiken", "Optionen verwalten", "Akzeptieren", "Ablehnen"],
        "- Anzeige -",
        ["Über den Autor", "Jan Reetz", "Artikel teilen:", "WhatsApp", "Das könnte Sie auch interessieren",
         "Fähre fährt wieder am Wochenende", "Hochwasser: Was der Pegel bedeutet"],
    ),
    "French": (
        ["Gérer le consentement aux cookies", "Pour offrir les meilleures expériences, nous utilisons des cookies.",
         "Fonctionnel", "Toujours activé", "Accepter", "Refuser", "Voir les préférences"],
        "- Publicité -",
        ["Partager :", "Facebook", "À lire aussi", "Le bac circule le week-end", "Articles similaires",
         "La crue en dix photographies"],
    ),
    "Spanish": (
        ["Gestionar consentimiento", "Utilizamos cookies propias y de terceros.", "Siempre activo", "Aceptar todas",
         "Rechazar"],
        "- Publicidad -",
        ["Compartir:", "Facebook", "Te puede interesar", "El transbordador vuelve", "Artículos relacionados"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SCRAPED)
def test_leftovers_of_scraping_around_an_article_are_dropped(kind: str) -> None:
    dialogue, advert, below = SCRAPED[kind]
    text = "\n\n".join([*dialogue, *ARTICLE[:4], advert, ARTICLE[4], advert, ARTICLE[5], *below])
    assert clean_text(text).split("\n") == ARTICLE


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean_text((TEXTS / "badly-scraped.txt").read_text(encoding="utf-8"))
    assert clean_text(once) == once


@pytest.mark.parametrize("text", ["", "\n\n", "Advertisement", "No cookies to display.\n" * 5])
def test_a_nearly_empty_text_is_no_error(text: str) -> None:
    assert len(clean_text(text).splitlines()) <= 1


def test_a_text_about_cookies_keeps_its_paragraphs() -> None:
    text = "\n".join(["Cookies: what the regulator decided", ONE, TWO, "We use cookies, the company admits.", THREE])
    assert clean_text(text).splitlines()[:3] == ["Cookies: what the regulator decided", ONE, TWO]


def test_the_head_loses_headline_byline_and_date() -> None:
    assert cleaned("The headline", "By Ann Example", "3 March 2025, 5:45 pm", ONE, TWO) == [ONE, TWO]
    assert cleaned("Ann Example", ONE, TWO, names={"ann example"}) == [ONE, TWO]


def test_byline_and_reading_time_below_a_lead_are_dropped() -> None:
    assert cleaned(ONE, "By Ann Example", "Reading time: 4 minutes", TWO) == [ONE, TWO]
    assert cleaned(ONE, "Short of breath", "By Ann Example", TWO, THREE) == [
        ONE, "Short of breath", "By Ann Example", TWO, THREE,
    ]  # fmt: skip


def test_names_and_headline_left_on_top_are_dropped_but_never_all_lines() -> None:
    assert without_repeated(["The headline", "Ann Example", ONE], {"the headline"}, ["Ann Example"]) == [ONE]
    assert without_repeated([ONE, TWO, "The headline"], {"the headline"}, []) == [ONE, TWO, "The headline"]
    assert without_repeated(["Ann Example"], set(), ["Ann Example"]) == ["Ann Example"]


def test_a_byline_or_headline_below_the_first_paragraph_is_kept() -> None:
    assert cleaned(ONE, "The headline", "By the river", TWO, THREE, TWO, THREE) == [
        ONE, "The headline", "By the river", TWO, THREE, TWO, THREE,
    ]  # fmt: skip


def test_the_tail_loses_sources_bios_and_promotion() -> None:
    tail = ["Source: Reuters", "Ann Example writes about the coast.", "Sign up for our newsletter", "© 2025 The Paper"]
    assert cleaned(ONE, TWO, THREE, ONE, TWO, THREE, ONE, TWO, *tail, names={"ann example"}) == [
        ONE, TWO, THREE, ONE, TWO, THREE, ONE, TWO,
    ]  # fmt: skip


def test_lines_that_may_only_end_an_article_are_kept_within_one() -> None:
    assert "Source: Reuters" in cleaned(ONE, "Source: Reuters", *[TWO, THREE] * 6)


def test_an_author_quoted_at_the_end_is_not_a_bio() -> None:
    quote = "Ann Example said: “I will not write about the harbour again.”"
    assert cleaned(ONE, TWO, quote, names={"ann example"}) == [ONE, TWO, quote]


def test_teasers_under_a_heading_at_the_end_are_dropped_and_a_paragraph_is_kept() -> None:
    assert cleaned(ONE, TWO, "Most read", "Ferry winters in the south", "The company has said that...") == [ONE, TWO]
    assert cleaned(ONE, TWO, "Popular", THREE * 3) == [ONE, TWO, THREE * 3]


def test_a_linked_headline_between_paragraphs_is_dropped() -> None:
    teaser = "Ferry to winter in the south basin for the first time"
    assert cleaned(ONE, teaser, TWO, THREE, links={teaser.lower()}) == [ONE, TWO, THREE]


def test_links_that_form_the_text_are_kept() -> None:
    items = [f"The offer number {n} of the day at this shop" for n in range(4)]
    assert cleaned(ONE, *items, links={item.lower() for item in items}) == [ONE, *items]


def test_a_bare_url_is_dropped() -> None:
    assert cleaned(ONE, "https://paper.example/a/b", TWO) == [ONE, TWO]


def test_a_line_of_known_names_alone_is_dropped() -> None:
    names = {"ann example", "bo lind"}
    assert cleaned("Ann Example, Bo Lind and Reuters", ONE, TWO, names=names) == [ONE, TWO]
    assert cleaned("Ann Example meets Bo Lind", ONE, TWO, names=names) == ["Ann Example meets Bo Lind", ONE, TWO]


@pytest.mark.parametrize(
    "line", ["2025-03-18 09:26 来源：青溪日报", "3 March 2025 Source: The Paper", "18.04.2025, 12:40"]
)
def test_a_date_with_its_source_is_dropped_from_the_head(line: str) -> None:
    assert cleaned(line, ONE, TWO) == [ONE, TWO]
