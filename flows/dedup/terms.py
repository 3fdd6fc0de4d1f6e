"""What an article is about, as weighted terms: what stories are found by.

A term is a word, cut to its first letters so that inflected forms agree; in scripts without blanks a pair of Chinese
characters, a Japanese run of kanji pairs or katakana, or four letters of Thai and its neighbours.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import justext
import numpy as np

from flows.dedup.lexicon import STEM, hash_of_all, hash_words, hashed, lexicon, word_hash
from flows.dedup.tokens import HAN, KANA, SOUTH_EAST, normalise, spaced_words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from flows.dedup.lexicon import Hashes

TITLE_WEIGHT = 3.0
LEAD_WEIGHT = 2.0  # a word of the lead is counted twice
LEAD_WORDS = 50
# Names and numbers tell two events of one kind apart, where all other words agree: two arrests, two quakes.
NAME_WEIGHT = 2.5
UNKNOWN = "unknown"  # for the language of an article that does not say it
MOST_TERMS = 160  # of an article, by weight; the idf then chooses among these

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
# A capital letter behind another word, and not behind a full stop: a name, in most languages that have capitals.
# (The look behind stands behind the letter, so that the search runs from capital to capital.)
_INSIDE = re.compile(r"[^\W\d_a-z](?<=[\w,;)’”\"] .)\w*")
_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]{2,}")
_SOUTH_EAST_RUN = re.compile(f"[{SOUTH_EAST}]{{3,}}")
_ANY_BLANKLESS = re.compile(f"[{HAN}{KANA}{SOUTH_EAST}]+")


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """The words that most texts of a language have, case-folded; none where the language is not known."""
    name = LISTS.get(language or "")
    if name is None:
        return frozenset()
    return frozenset(normalise(word).casefold() for word in justext.get_stoplist(name))


@cache
def _glue() -> re.Pattern[str]:
    lists = tomllib.loads((files("flows.dedup") / "lists" / "glue.toml").read_text(encoding="utf-8"))
    # Two characters of Chinese glue would cut names that have one of them; three letters of Thai would cut words. So a
    # whole word is cut out, longest first.
    words = sorted({word for found in lists.values() for word in found}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)))


def weigh(title: str, text: str, language: str | None) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The terms of an article as hashes, ascending, and their weights, before any idf.

    A weight is 1 + ln(count), where the title counts three times, the first fifty words twice, and names and numbers
    are worth NAME_WEIGHT times as much. At most MOST_TERMS, the heaviest.
    """
    words, headline = _spaced(text), _spaced(title)
    lexicon.make_room(len(words) + len(headline))
    numbers = lexicon.numbers([*words, *headline])
    counts = np.ones(len(numbers), np.float32)
    counts[: min(LEAD_WORDS, len(words))] = LEAD_WEIGHT
    counts[len(words) :] = TITLE_WEIGHT
    names = _names(normalise(text), numbers[: len(words)]) - stop_words(language)
    says = ~lexicon.short[numbers] | lexicon.digits[numbers]
    short_names = hashed(name for name in names if len(name) < 2)
    if len(short_names):  # a single letter says something as a name alone
        says |= np.isin(lexicon.hashes[numbers], short_names)
    says &= ~_among(lexicon.hashes[numbers], hash_of_all(stop_words(language)))
    numbers, counts = numbers[says], counts[says]
    stems = lexicon.stems[numbers]
    special = np.concatenate((stems[lexicon.digits[numbers]], hashed(name[:STEM] for name in names)))
    if words_of(text) is None or words_of(title) is None:
        more = list(_blankless(normalise(title), normalise(text)))
        stems = np.concatenate((stems, hash_words([term for term, _, _ in more])))
        counts = np.concatenate((counts, np.array([worth for _, worth, _ in more], np.float32)))
        special = np.concatenate((special, hash_words([term for term, _, is_name in more if is_name])))
    return _as_arrays(stems, counts, np.sort(special), language)


def _spaced(text: str) -> tuple[str, ...]:
    """Its words in scripts with blanks."""
    words = words_of(text)
    return words if words is not None else tuple(spaced_words(_ANY_BLANKLESS.sub(" ", normalise(text))))


def _as_arrays(
    stems: Hashes, counts: NDArray[np.float32], special: Hashes, language: str | None
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    if not len(stems):
        return np.empty(0, np.uint32), np.empty(0, np.float32)
    order = np.argsort(stems, kind="stable")
    stems = stems[order]
    first = np.flatnonzero(np.concatenate(([True], stems[1:] != stems[:-1])))
    stems, weights = stems[first], 1 + np.log(np.add.reduceat(counts[order], first))
    weights[_among(stems, special)] *= NAME_WEIGHT
    terms = ((stems ^ language_seed(language)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    if len(terms) > MOST_TERMS:
        # By hash among equals, and not by place: the same words in another order have the same terms.
        heaviest = np.lexsort((terms, -weights))[:MOST_TERMS]
        terms, weights = terms[heaviest], weights[heaviest]
    order = np.argsort(terms, kind="stable")
    return terms[order], weights[order]


def _among(hashes: Hashes, ascending: Hashes) -> NDArray[np.bool_]:
    if not len(ascending):
        return np.zeros(len(hashes), np.bool_)
    found: NDArray[np.bool_] = ascending[np.searchsorted(ascending[:-1], hashes)] == hashes
    return found


@cache
def language_seed(language: str | None) -> np.uint64:
    """What tells the terms of one language from the same letters in another."""
    return np.uint64(word_hash(f"language {language or UNKNOWN}"))


def _names(body: str, numbers: NDArray[np.intp]) -> set[str]:
    """Words with a capital inside of sentences that are never written small; `numbers` are those of all words."""
    inside = list({word.casefold() for word in set(_INSIDE.findall(body)) if word[0].isupper()})
    small = np.isin([lexicon.get(folded, -1) if folded[0].islower() else -1 for folded in inside], numbers)
    return {folded for folded, is_small in zip(inside, small, strict=True) if not is_small}


def _blankless(headline: str, body: str) -> Iterator[tuple[str, float, bool]]:
    """Terms of scripts without blanks: (term, worth, whether it is likely a name)."""
    lead = body[: 2 * LEAD_WORDS]  # a word has some two characters
    for part, worth in ((headline, TITLE_WEIGHT), (lead, LEAD_WEIGHT), (body[len(lead) :], 1.0)):
        for run in _KATAKANA_RUN.findall(part):
            yield run[:STEM], worth, True
        rest = _glue().sub(" ", part)
        for run in _HAN_RUN.findall(rest):
            for at in range(len(run) - 1):
                yield run[at : at + 2], worth, False
        for run in _SOUTH_EAST_RUN.findall(rest):
            for at in range(max(1, len(run) - 3)):
                yield run[at : at + 4], worth, False
