"""Which language an article is in: declared, checked against the text, or detected."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

from crawlers.extraction.rules import table
from crawlers.languages import ISO_639_1

if TYPE_CHECKING:
    from collections.abc import Iterable

_RENAMED = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv"}
"""Codes that were replaced, and Bokmål, which its publishers write as `no` as often as `nb`: one code per language."""
_SAMPLE = 600
"""Characters looked at; detection does not change beyond a few hundred."""
_SPOKEN = 0.1
"""Share of its words from which a text that has a language's own function words is in it. On 278 news pages the most
that a text had of another language's were 5 %; most texts have 10 to 30 % of their own."""
_KANA = re.compile("[\u3040-\u30ff]")
_LETTERS = {"ja": _KANA, "ko": re.compile("[\uac00-\ud7a3]"), "zh": re.compile("[\u4e00-\u9fff]")}
"""Of languages that share them with no other one, or with none that lacks the kana."""
_WRITTEN = 0.3
"""Share of such letters in a text of the language; Japanese has 40 to 60 % kana, the others more of theirs."""
_ENOUGH = 60
"""Characters from which a text has a language; shorter ones are names and figures."""
_CLEAR = 0.6
"""Log-likelihood per byte by which a detected language must beat the declared one. On 278 news pages, those under a
wrong declaration lay above 1.0; between a page's language and its nearest relative lay 0.05 to 0.4 (Norwegian and
Danish, Zulu and Xhosa, Indonesian and Malay) or 0.4 to 0.6 (Spanish and Galician, Dutch and Afrikaans)."""


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def language_code(value: str | None) -> str | None:
    """The ISO 639-1 code in a language tag (`pt-BR`, `en_US`), None where there is none."""
    code = (value or "").strip().lower().replace("_", "-").split("-")[0]
    code = _RENAMED.get(code, code)
    return code if code in ISO_639_1 else None


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """The commonest words of each language that no other one here has."""
    listed = {language: set(words) for language, words in table("function-words")["words"].items()}
    shared = {word for word, count in Counter(chain.from_iterable(listed.values())).items() if count > 1}
    return {language: frozenset(words - shared) for language, words in listed.items()}


def _speaks(text: str, language: str) -> bool:
    """Whether a text is full of the words, or of the letters, that every text of a language is full of; a look-up per
    word, where a detection takes half a millisecond."""
    if letters := _LETTERS.get(language):
        return len(letters.findall(text)) >= _WRITTEN * len(text) and not (language == "zh" and _KANA.search(text))
    words = text.lower().split()
    common = _function_words().get(language, frozenset())
    return sum(word in common for word in words) >= _SPOKEN * len(words)


def find_language(declared: Iterable[str | None], text: str) -> tuple[str | None, str]:
    """The first valid declaration, unless the text clearly speaks another language; without one, the text's.

    With it comes its origin: `declared` or `text`. None and nothing where neither says anything.
    """
    stated = next((code for tag in declared if (code := language_code(tag))), None)
    sample = text[:_SAMPLE]
    if len(sample) < _ENOUGH:
        return stated, "declared" if stated else ""
    if stated and _speaks(sample, stated):
        return stated, "declared"
    ranked = {language: float(score) for language, score in _identifier().rank(sample)}
    detected = max(ranked, key=lambda language: (ranked[language], language))
    if stated is None:
        found = language_code(detected)
        return found, "text" if found else ""
    beaten = stated in ranked and (ranked[detected] - ranked[stated]) / len(sample.encode()) > _CLEAR
    found = language_code(detected) if beaten else None
    return (found, "text") if found else (stated, "declared")
