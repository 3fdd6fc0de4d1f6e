"""Whole pages: from bytes to every field of an article."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
import trafilatura

from crawlers.extraction import EXTRACTOR_VERSION, Article, Rejection, RejectionReason, extract
from crawlers.extraction.version import BLOCK_MODEL

PAGES = Path(__file__).parent / "pages"
FERRY = (PAGES / "ferry.html").read_bytes()
LONG = " ".join(f"Sentence number {n} of the story stands here for its length alone." for n in range(12))


def article_of(page: bytes | str, url: str = "https://chronicle.example/news/a-story-of-the-day") -> Article:
    found = extract(page.encode() if isinstance(page, str) else page, url)
    assert isinstance(found, Article), found
    return found


def page(body: str, title: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def test_every_field_of_an_english_page() -> None:
    assert article_of(
        FERRY, "https://chronicle.example/news/2025/03/island-ferry-returns-after-winter-refit?utm_source=x"
    ) == Article(
        url="https://chronicle.example/news/2025/03/island-ferry-returns-after-winter-refit",
        title="Island ferry returns after winter refit",
        authors=("Moira Tennant",),
        published_at=datetime(2025, 3, 4, 5, 31, 12, tzinfo=UTC),
        modified_at=datetime(2025, 3, 4, 8, 0, tzinfo=UTC),
        published_precision="second",
        published_utc_offset=60,
        language="en",
        section="Transport",
        tags=("ferries", "Sandhaven"),
        image_url="https://chronicle.example/images/marigold.jpg",
        description="The Marigold is back on the Sandhaven crossing with a new engine.",
        text="\n".join(
            (
                "The island ferry Marigold returned to the Sandhaven crossing on Tuesday morning, eleven days later"
                " than planned, with a new engine and a fresh coat of green paint.",
                "About sixty people had come to the pier to watch her dock, among them the pupils of the island school,"
                " who had been given the first lesson off.",
                "A long winter",
                "The refit had been held up by a missing gearbox, which the yard had ordered in October and which"
                " arrived in February, in the wrong size, from the wrong factory.",
                "Monday to Friday the ferry sails every ninety minutes from six in the morning.",
                "On Saturdays it sails every two hours, and on Sundays twice in the whole day.",
                "“We have learned to plan for the gearbox we get and not for the one we ordered,” said the harbour"
                " master.",
            )
        ),
        is_free=True,
        provenance=(
            ("url", "link"),
            ("title", "json-ld"),
            ("authors", "json-ld"),
            ("published_at", "json-ld"),
            ("modified_at", "json-ld"),
            ("section", "json-ld"),
            ("tags", "json-ld"),
            ("image_url", "meta"),
            ("description", "meta"),
            ("is_free", "json-ld"),
            ("language", "declared"),
        ),
    )


def test_the_length_of_a_japanese_page_is_measured_in_letters() -> None:
    article = article_of((PAGES / "library.html").read_bytes())
    assert article.title == "港町の図書館が朝五時に開館、漁師の要望で"
    assert article.language == "ja"
    assert article.published_precision == "minute"
    assert article.text.splitlines()[-1] == "町は来年の春まで試し、利用者が多ければ続けるという。"


def test_the_version_names_newsloom_its_model_and_trafilatura() -> None:
    assert f"newsloom-11+{BLOCK_MODEL}+trafilatura-{trafilatura.__version__}" == EXTRACTOR_VERSION


@pytest.mark.parametrize("name", ["ferry", "bridge", "library"])
def test_the_same_bytes_give_the_same_article(name: str) -> None:
    page = (PAGES / f"{name}.html").read_bytes()
    first = article_of(page)
    extract(FERRY, "https://elsewhere.example/another-page-between")
    assert article_of(page) == first


def test_a_headline_repeated_above_the_body_is_dropped_and_one_quoted_below_is_kept() -> None:
    headline = "Council buys the old cinema"
    repeated = f"<article><h1>{headline}</h1><p>{headline.upper()}!</p><p>{LONG}</p><p>{headline}</p></article>"
    assert article_of(page(repeated, headline)).text.splitlines() == [LONG, headline]


def test_table_rows_and_list_items_are_lines_without_markers() -> None:
    table = "<table><tr><th>Driver</th><th>Points</th></tr><tr><td>Okafor</td><td>25</td></tr></table>"
    items = "<ul><li>The next race is in May.</li></ul>"
    text = article_of(page(f"<article><h1>Results</h1><p>{LONG}</p>{table}{items}<p>{LONG[::-1]}</p></article>")).text
    assert text.splitlines()[1:4] == ["Driver | Points", "Okafor | 25", "The next race is in May."]


def test_spaces_are_single_and_invisible_characters_are_removed() -> None:
    odd = "A\u00a0soft\u00adhyphen,\u200b  a tab\tand e\u0301."
    text = article_of(page(f"<article><h1>Title</h1><p>{odd}</p><p>{LONG}</p></article>")).text
    assert text.splitlines()[0] == "A softhyphen, a tab and é."


def test_a_page_without_any_title_has_its_first_line_as_title() -> None:
    assert article_of(page(f"<div><p>{LONG}</p><p>{LONG[::-1]}</p></div>")).title == LONG[:200]


def test_a_text_that_is_only_in_a_script_is_read() -> None:
    paragraphs = [f"Paragraph {n}: {LONG}" for n in range(3)]
    state = json.dumps({"content": "".join(f"<p>{escape(text)}</p>" for text in paragraphs)})
    found = article_of(page(f'<div id="root"></div><script>window.__STATE__ = {json.dumps(state)};</script>', "State"))
    assert found.text.splitlines() == paragraphs


def test_a_text_after_the_end_of_its_document_is_read() -> None:
    header = "<html><body><header>The Paper</header></body></html>"
    assert article_of(f"{header}<div><h1>Title</h1><p>{LONG}</p><p>{LONG[::-1]}</p></div>".encode()).text == (
        f"{LONG}\n{LONG[::-1]}"
    )


def test_an_invalid_url_is_a_rejection() -> None:
    found = extract(FERRY, "mailto:desk@chronicle.example")
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.EXTRACTOR_ERROR
    assert found.detail.startswith("ValueError: ")


@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), AssertionError("nobody foresaw it")])
def test_an_unexpected_error_is_a_rejection(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("crawlers.extraction.extractor.read_lines", fail)
    found = extract(FERRY, "https://chronicle.example/x")
    assert found == Rejection(RejectionReason.EXTRACTOR_ERROR, f"{type(error).__name__}: {error}")


@pytest.mark.parametrize(
    "around",
    [
        '<story-page><template shadowrootmode="open"><article>{}</article></template></story-page>',
        "<main><p>All news of the day</p></main><dialog open><article>{}</article></dialog>",
        "<article>{}</article><template><p>A text that only a script would show is no part of it.</p></template>",
        "<article>{}</article><dialog open><article><p>We ask for your consent to cookies.</p></article></dialog>",
    ],
    ids=["shadow root", "dialog", "template", "consent"],
)
def test_templates_and_dialogs_are_read_as_browsers_show_them(around: str) -> None:
    lines = [f"Paragraph {number} tells how the ferry ran aground off the harbour on Tuesday." for number in range(6)]
    text = "".join(f"<p>{line}</p>" for line in lines)
    found = article_of(page(around.format(f"<h1>The ferry ran aground</h1>{text}"), "The ferry ran aground"))
    assert found.text.split("\n") == lines
