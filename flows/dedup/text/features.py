"""Reads the features of an article from its text: all that comparing it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.text.hashes import distinct
from flows.dedup.text.shingles import fingerprints, roll
from flows.dedup.text.terms import weigh_words
from flows.dedup.text.words import read_words

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes
    from flows.dedup.text.terms import Terms
    from flows.dedup.text.words import Words


@dataclass(frozen=True, slots=True)
class Features:
    """An article as numbers.

    `shingles` are those of its whole text, in its order, `fingerprints` those that represent it in the index,
    ascending. `terms` say what it is about.
    """

    shingles: Hashes
    fingerprints: Hashes
    terms: Terms


def features_of(title: str, text: str, language: str | None, words: Words | None = None) -> Features:
    """Read an article; `language` is an ISO 639-1 code, `words` those of the text, if it has been read already."""
    words = words or read_words(text)
    found = roll(words.hashes, words.script)
    return Features(found, fingerprints(distinct(found)), weigh_words(title, words, language))
