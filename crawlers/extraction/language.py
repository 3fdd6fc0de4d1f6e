"""Determine an article's language: the declared one, checked against the text, or a detected one."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from crawlers.extraction.language_identifier import identifier
from crawlers.extraction.rules import read_phrases
from crawlers.languages import ISO_639_1

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_RENAMED = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv"}
"""Retired codes, and Bokmål, which publishers declare as `no` as often as `nb`: one code per language."""
_SAMPLE_LENGTH = 600
"""Characters examined; detection does not change beyond a few hundred."""
_MIN_FUNCTION_WORD_SHARE = 0.1
"""Share of a language's function words from which a text is in that language. On 278 news pages, texts had at most 5 %
of another language's function words; most have 10 to 30 % of their own."""
_KANA = re.compile("[\u3040-\u30ff]")
_LETTERS = {"ja": _KANA, "ko": re.compile("[\uac00-\ud7a3]"), "zh": re.compile("[\u4e00-\u9fff]")}
"""Letters that identify a language: only Japanese uses kana, only Korean Hangul; Chinese is Han without kana."""
_MIN_LETTER_SHARE = 0.3
"""Share of such letters in a text of the language. Japanese has 40 to 60 % kana; the others have more of theirs."""
_MIN_LENGTH = 60
"""Characters from which the language of a text can be detected; shorter texts are names and numbers."""
_MIN_LEAD = 0.6
"""Log-likelihood per byte by which a detected language must beat the declared one. On 278 news pages, the lead was
above 1.0 where the declaration was wrong. Between a page's language and its nearest relative it was 0.05 to 0.4
(Norwegian and Danish, Zulu and Xhosa, Indonesian and Malay) or 0.4 to 0.6 (Spanish and Galician, Dutch and
Afrikaans)."""
_MAX_LAG = 0.15
"""Log-likelihood per byte that a common language may be behind one without a code or without speakers. 285 English
tables of results were taken for Nigerian Pidgin, for no language or for Volapük: in 19 of 20 English was less than 0.15
behind. Pages in languages from Icelandic to Zulu are 1.3 and more from the nearest common language."""
_CONSTRUCTED = frozenset({"ia", "ie", "io", "vo"})


def language_code(value: str | None) -> str | None:
    """The ISO 639-1 code in a language tag (`pt-BR`, `en_US`); None if there is none."""
    code = (value or "").strip().lower().replace("_", "-").split("-")[0]
    code = _RENAMED.get(code, code)
    return code if code in ISO_639_1 else None


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """The most common words of each language, without those that several languages share."""
    listed = {language: set(words) for language, words in read_phrases("function-words")["words"].items()}
    shared = {word for word, count in Counter(chain.from_iterable(listed.values())).items() if count > 1}
    return {language: frozenset(words - shared) for language, words in listed.items()}


def _is_written_in(text: str, language: str) -> bool:
    """True if a text has enough of a language's function words or letters. A quick check (one look-up per word) that
    saves a detection, which takes a third of a millisecond."""
    if letters := _LETTERS.get(language):
        is_mixed = language == "zh" and _KANA.search(text) is not None
        return len(letters.findall(text)) >= _MIN_LETTER_SHARE * len(text) and not is_mixed
    words = text.lower().split()
    common = _function_words().get(language, frozenset())
    return sum(word in common for word in words) >= _MIN_FUNCTION_WORD_SHARE * len(words)


def find_language(declared: Iterable[str | None], text: str) -> tuple[str | None, str]:
    """The language of an article and its origin (`declared` or `text`); None and an empty origin if it is unknown.

    The first valid declaration applies, unless the text is clearly in another language. Without a declaration, the
    language is detected.
    """
    stated = next((code for tag in declared if (code := language_code(tag))), None)
    sample = text[:_SAMPLE_LENGTH]
    if len(sample) < _MIN_LENGTH:
        return stated, "declared" if stated else ""
    if stated and _is_written_in(sample, stated):
        return stated, "declared"
    ranked: list[tuple[str, float]] = identifier().rank(sample)
    size = len(sample.encode())
    if stated is None:
        found = _nearest_code(ranked, size)
        return found, "text" if found else ""
    detected, most = _likeliest(ranked)
    score = dict(ranked).get(stated)
    beaten = score is not None and (most - score) / size > _MIN_LEAD
    found = language_code(detected) if beaten else None
    return (found, "text") if found else (stated, "declared")


def _nearest_code(ranked: Sequence[tuple[str, float]], size: int) -> str | None:
    """The code of the most likely language; if it has none or is constructed, a common one that is nearly as likely.

    `ranked` are all languages with their log-likelihoods, the most likely first; `size` is that of the text, in bytes.
    """
    likely, most = _likeliest(ranked)
    if language_code(likely) is None or likely in _CONSTRUCTED:
        common = _function_words().keys() | _LETTERS.keys()
        nearest, score = _likeliest([one for one in ranked if one[0] in common])
        if (most - score) / size <= _MAX_LAG:
            return nearest
    return language_code(likely)


def _likeliest(ranked: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The first of ranked languages; of several that are as likely, the last by name."""
    most = ranked[0][1]
    return max(takewhile(lambda one: one[1] == most, ranked))
