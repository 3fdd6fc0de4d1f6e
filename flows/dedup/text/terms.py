"""Finds the terms of an article: what it is about, and what stories are found by.

A term is a word, cut to its first letters so that inflected forms agree, or a whole number. In unsegmented scripts it
is a pair of Chinese characters or kanji, a run of katakana, or four letters of Thai and its neighbours.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import justext
import numpy as np

from crawlers.unsegmented import HAN, SOUTH_EAST_ASIAN, UNSEGMENTED, has_unsegmented
from flows.dedup.text.hashes import among, begins
from flows.dedup.text.lexicon import STEM, hash_of_all, lexicon, word_hash
from flows.dedup.text.rarity import rarity
from flows.dedup.text.tokens import normalise, spaced_words
from flows.dedup.text.words import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from flows.dedup.text.hashes import Hashes
    from flows.dedup.text.words import Words

TITLE_WEIGHT = 4.0
LEAD_WEIGHT = 2.0  # words of the lead count twice
LEAD_WORDS = 50
UNKNOWN = "unknown"  # the language of an article that does not state one
MAX_TERMS = 240  # of an article, by weight: those that it is compared by are chosen from these

LISTS = {
    "af": "Afrikaans", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ka": "Georgian", "kk": "Kazakh", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz",
    "lb": "Luxembourgish", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi",
    "ms": "Malay", "mt": "Maltese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian_Bokmal",
    "nn": "Norwegian_Nynorsk", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese",
}  # fmt: skip
# A capital letter after another word, and not after a full stop: a name, in most languages that have capitals. (The
# look-behind comes after the letter, so that the search runs from capital to capital.)
_INSIDE = re.compile(r"[^\W\d_a-z](?<=[\w,;)’”\"] .)\w*")
_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]{2,}")
_SOUTH_EAST_RUN = re.compile(f"[{SOUTH_EAST_ASIAN}]{{3,}}")
_UNSEGMENTED_RUN = re.compile(f"[{UNSEGMENTED}]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")
_SEPARATOR = re.compile("[.,]")


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """The words that most texts of a language have, case-folded; none if the language is unknown."""
    name = LISTS.get(language or "")
    if name is None:
        return frozenset()
    return frozenset(normalise(word).casefold() for word in justext.get_stoplist(name))


@cache
def _connecting_words() -> re.Pattern[str]:
    lists = tomllib.loads((files("flows.dedup.text") / "connecting-words.toml").read_text(encoding="utf-8"))
    # Cutting out two characters of Chinese would cut names that have one of them; three letters of Thai would cut
    # words. So whole words are cut out, the longest first.
    words = sorted({word for found in lists.values() for word in found}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an article as hashes, ascending, with the same number of entries in each array.

    A weight is 1 + ln(count), where words of the title count four times and the first fifty words twice. `rarity` says
    how rare each is in wide text (0 to 1), `names` whether it is a name or a number.
    """

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]
    rarity: NDArray[np.float32]
    names: NDArray[np.bool_]


def weigh(title: str, text: str, language: str | None) -> Terms:
    """The MAX_TERMS terms of an article that count most, rare ones and names before others."""
    return weigh_words(title, read_words(text), language)


def weigh_words(title: str, text: Words, language: str | None) -> Terms:
    """The same for a text that has been read already."""
    headline = join_numbers(normalise(title))
    plain = join_numbers(text.normalised)
    body, head, numbers = text.spaced, _spaced(headline), text.numbers
    if body is None or plain != text.normalised:
        body, numbers = _spaced(plain), None
    inside = [word for word in set(_INSIDE.findall(text.normalised)) if word[0].isupper()]
    if lexicon.make_room(len(body) + len(head) + len(inside)) or numbers is None:
        numbers = lexicon.numbers(body)
    names = lexicon.numbers(inside)
    # A word that is lower-case elsewhere in the text is no name.
    names = names[~lexicon.among(lexicon.folded[names], numbers) | (lexicon.folded[names] == names)]
    stop = hash_of_all(stop_words(language))
    names = names[~among(lexicon.hashes[names], stop)]

    counts = np.ones(len(body) + len(head), np.float32)
    counts[: min(LEAD_WORDS, len(body))] = LEAD_WEIGHT
    counts[len(body) :] = TITLE_WEIGHT
    numbers = np.concatenate((numbers, lexicon.numbers(head)))
    says = ~lexicon.short[numbers] | lexicon.digits[numbers]
    letters = names[lexicon.short[names]]
    if len(letters):  # a single letter counts only as a name
        says |= among(lexicon.hashes[numbers], np.sort(lexicon.hashes[letters]))
    says &= ~among(lexicon.hashes[numbers], stop)
    numbers, counts = numbers[says], counts[says]
    stems, rare = lexicon.stems[numbers], lexicon.rarity[numbers]
    special = np.concatenate((stems[lexicon.digits[numbers]], lexicon.stems[names]))
    if text.spaced is None or has_unsegmented(headline):
        more = list(_unsegmented_terms(headline, text.normalised))
        stems = np.concatenate((stems, _hashes([term for term, _, _ in more])))
        counts = np.concatenate((counts, np.array([weight for _, weight, _ in more], np.float32)))
        rare = np.concatenate((rare, np.ones(len(more), np.float32)))
        special = np.concatenate((special, _hashes([term for term, _, is_name in more if is_name])))
    return _as_terms(stems, counts, rare, np.sort(special), language)


def join_numbers(normalised: str) -> str:
    """The text with each number as one word: 1,234,567 and 1.234.567 are 1234567, and 582.3 is 5823.

    A part of a number says little, and any two tables share some. Dates such as 24.12.2026 stay in parts, because all
    articles of a day may have them.
    """
    return _NUMBER.sub(_joined, normalised)


def _joined(number: re.Match[str]) -> str:
    parts = _SEPARATOR.split(number[0])
    return "".join(parts) if all(len(part) == 3 for part in parts[1:-1]) else number[0]


def _hashes(terms: Sequence[str]) -> Hashes:
    lexicon.make_room(len(terms))
    return lexicon.hashes[lexicon.numbers(terms)]


def _spaced(normalised: str) -> list[str]:
    """The words in scripts with spaces."""
    return spaced_words(_UNSEGMENTED_RUN.sub(" ", normalised) if has_unsegmented(normalised) else normalised)


def _as_terms(
    stems: Hashes, counts: NDArray[np.float32], rare: NDArray[np.float32], special: Hashes, language: str | None
) -> Terms:
    """`rare` is the rarity of numbers, `special` has the stems of names and numbers, ascending."""
    if not len(stems):
        return NO_TERMS
    order = np.argsort(stems)
    stems = stems[order]
    first = np.flatnonzero(begins(stems))
    stems, weights = stems[first], 1 + np.log(np.add.reduceat(counts[order], first))
    names = among(stems, special)
    terms = (stems ^ language_seed(language)).astype(np.uint32)  # the lower half
    ascending = np.argsort(terms)  # neighbours are near each other in the table of rarities
    terms, weights, names = terms[ascending], weights[ascending], names[ascending]
    found = Terms(terms, weights, np.minimum(rarity(terms), rare[order[first[ascending]]]), names)
    if len(terms) <= MAX_TERMS:
        return found
    # Ties are decided by hash and not by position: the same words in another order have the same terms. (Read as
    # integers, the bits of these floats sort in the same order.)
    worth = (weights * found.rarity * (1 + names)).astype(np.float32)
    keys = (~worth.view(np.uint32)).astype(np.uint64) << np.uint64(32) | terms
    return _some(found, np.sort(np.argpartition(keys, MAX_TERMS)[:MAX_TERMS]))


def _some(terms: Terms, chosen: NDArray[np.intp]) -> Terms:
    return Terms(terms.hashes[chosen], terms.weights[chosen], terms.rarity[chosen], terms.names[chosen])


def headline_terms(title: str, language: str | None) -> NDArray[np.uint32]:
    """The terms of a headline, as hashes: those that a text with this headline has, and its stop words."""
    headline = join_numbers(normalise(title))
    words = _spaced(headline)
    if has_unsegmented(headline):
        words += [term for term, _, _ in _unsegmented_terms(headline, "")]
    lexicon.make_room(len(words))
    return (lexicon.stems[lexicon.numbers(words)] ^ language_seed(language)).astype(np.uint32)


NO_TERMS = Terms(np.empty(0, np.uint32), np.empty(0, np.float32), np.empty(0, np.float32), np.empty(0, np.bool_))


def term_words(title: str, text: str, language: str | None) -> dict[int, str]:
    """The words that terms stand for, by their hashes: of several that begin alike, the most frequent one."""
    normalised = join_numbers(normalise(f"{title} {text}"))
    words = Counter(_spaced(normalised))
    forms = [(word.casefold()[:STEM], word, count) for word, count in words.items()]
    if has_unsegmented(normalised):
        forms += [(term, term, 1) for term, _, _ in _unsegmented_terms(normalise(title), normalise(text))]
    seed = int(language_seed(language))
    found = {}
    for stem, word, _ in sorted(forms, key=lambda each: (each[2], each[1])):
        found[(word_hash(stem) ^ seed) & 0xFFFFFFFF] = word
    return found


@cache
def language_seed(language: str | None) -> np.uint64:
    """A number that distinguishes the terms of one language from the same letters in another."""
    return np.uint64(word_hash(f"language {language or UNKNOWN}"))


def _unsegmented_terms(headline: str, body: str) -> Iterator[tuple[str, float, bool]]:
    """The terms of unsegmented scripts: (term, weight, whether it is likely a name)."""
    lead = body[: 2 * LEAD_WORDS]  # a word has about two characters
    for part, weight in ((headline, TITLE_WEIGHT), (lead, LEAD_WEIGHT), (body[len(lead) :], 1.0)):
        for run in _KATAKANA_RUN.findall(part):
            yield run[:STEM], weight, True
        rest = _connecting_words().sub(" ", part)
        for run in _HAN_RUN.findall(rest):
            for at in range(len(run) - 1):
                yield run[at : at + 2], weight, False
        for run in _SOUTH_EAST_RUN.findall(rest):
            for at in range(max(1, len(run) - 3)):
                yield run[at : at + 4], weight, False
