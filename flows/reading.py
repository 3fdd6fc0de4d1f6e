"""An article with the numbers that de-duplication compares it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.traits import Traits, traits_of
from flows.hashing import digest, words

if TYPE_CHECKING:
    from uuid import UUID

    from crawlers.extraction import Article


@dataclass(frozen=True, slots=True)
class Reading:
    """An article, the hash of its normalised text, how many words that has, and what it is compared by."""

    article: Article
    text_hash: UUID
    word_count: int
    traits: Traits


def read_article(article: Article) -> Reading:
    """Make the numbers of an article."""
    found = words(article.text)
    return Reading(
        article,
        digest(" ".join(found)),
        len(found),
        traits_of(article.title, article.text, article.language),
    )
