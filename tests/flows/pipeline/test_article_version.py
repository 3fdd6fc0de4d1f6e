"""What is counted and hashed of an article's text, in any script."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.extraction import Article
from flows.pipeline.article_version import ArticleVersion, extracted_fetch

FETCH = Fetch("https://town.example/1", "town", Kind.PAGE, Outcome.FETCHED, datetime(2026, 3, 1, tzinfo=UTC))
ARTICLE = Article(
    url="https://town.example/1",
    title="A title",
    authors=(),
    published_at=None,
    modified_at=None,
    published_precision=None,
    language="en",
    section=None,
    tags=(),
    image_url=None,
    description=None,
    text="",
    is_free=None,
)


def read(text: str) -> ArticleVersion:
    version = extracted_fetch(FETCH, replace(ARTICLE, text=text)).version
    assert version is not None
    return version


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t stop: it's 2026!", 4),
        ("हिन्दी में समाचार", 3),
        ("தமிழ் செய்தி", 2),
        ("中国和美国的谈判。", 8),
        ("東京で、会議。", 5),
        ("", 0),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert read(text).word_count == words


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("“It’s a new day,” he said – again.", "it's a NEW day he said again", True),
        ("हिन्दी में समाचार।", "हिन्दी में समाचार", True),
        ("हिन्दी में समाचार", "हन्द म समचर", False),  # without its vowel signs
        ("中国和美国的谈判", "中国和美国的谈判。", True),
        ("One two three", "One three two", False),
    ],
)
def test_the_same_text_has_the_same_hash_whatever_its_typography(one: str, other: str, same: bool) -> None:
    assert (read(one).identity.text_hash == read(other).identity.text_hash) is same


def test_the_numbers_of_the_text_are_those_of_its_words() -> None:
    assert len(read("One two three four five six seven.").features.shingles) == 3
