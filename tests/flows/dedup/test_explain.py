"""Why an article is in its story, for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.dedup.explain import explain_story
from flows.dedup.stories.clustering import THRESHOLD
from flows.reports.story_output import as_text
from tests.flows.dedup.events import CONFUSERS, PAIR
from tests.flows.dedup.library import add, prose, replace

if TYPE_CHECKING:
    from warehouse import Writer


def test_an_explanation_names_the_closest_article_the_shared_words_and_the_runner_up(writer: Writer) -> None:
    add(writer, *PAIR, *CONFUSERS, segment="1")
    found = explain_story(writer.connection, ["http://nowhere.example/", PAIR[0].url])
    assert found is not None
    assert [other.url for other, _ in found.others] == [PAIR[1].url]
    assert found.mean is not None
    assert THRESHOLD < found.mean < 1
    assert 0 < sum(term.part for term in found.terms) < found.mean, "each headline is in the other text"
    assert {"Maren", "cod", "Lisbon"} <= {term.word for term in found.terms}
    assert found.runner_up is not None
    assert found.runner_up[0].title in {other.title for other in CONFUSERS}
    assert 0 < found.runner_up[1] < found.mean
    text = as_text(found)
    assert PAIR[1].url in text
    assert "Its story has 1 other article (similarity" in text
    assert f"Mean similarity, without copies: {found.mean:.3f}" in text


def test_an_explanation_says_which_articles_are_copies_and_of_which(writer: Writer) -> None:
    copy = replace(PAIR[0], url="http://echo.example/copy", text=f"{PAIR[0].text}\n{prose(1, 15)}", hours=40)
    add(writer, *PAIR, copy, segment="1")
    found = explain_story(writer.connection, [copy.url])
    assert found is not None
    original = f"{PAIR[0].title} (herald.example, 2026-03-10)  {PAIR[0].url}"
    assert f"whatever its words:\n  {original}\n" in as_text(found)
    found = explain_story(writer.connection, [PAIR[0].url])
    assert found is not None
    assert f"{copy.url}, a copy\n" in as_text(found)
    assert f"{PAIR[1].url}\n" in as_text(found)


def test_articles_are_compared_by_the_weights_that_they_are_stored_with(writer: Writer) -> None:
    def parts() -> float:
        found = explain_story(writer.connection, [PAIR[0].url])
        assert found is not None
        return sum(term.part for term in found.terms)

    add(writer, *PAIR, segment="1")
    whole = parts()
    writer.connection.execute("UPDATE private.story_members SET weights = [weight // 2 FOR weight IN weights]")
    assert parts() == pytest.approx(whole / 4, rel=0.02)
    writer.connection.execute("DELETE FROM private.story_members")
    assert parts() == pytest.approx(whole), "as if they came in now"


def test_an_article_alone_in_its_story_and_an_unknown_url(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    found = explain_story(writer.connection, [PAIR[0].url])
    assert found is not None
    assert (found.others, found.mean, found.runner_up) == ([], None, None)
    assert "only article of its story" in as_text(found)
    assert explain_story(writer.connection, ["http://nowhere.example/"]) is None
