"""Which language an article is in: declared, checked against the text, or detected."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

from crawlers.languages import ISO_639_1

if TYPE_CHECKING:
    from collections.abc import Iterable

_RENAMED = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv"}
"""Codes that were replaced, and Bokmål, which its publishers write as `no` as often as `nb`: one code per language."""
_SAMPLE = 600
"""Characters looked at; detection does not change beyond a few hundred."""
_FIRST_SAMPLE = 200
"""Characters that are enough where they speak the language declared, as on nearly all pages."""
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


def find_language(declared: Iterable[str | None], text: str) -> tuple[str | None, str]:
    """The first valid declaration, unless the text clearly speaks another language; without one, the text's.

    With it comes its origin: `declared` or `text`. None and nothing where neither says anything.
    """
    stated = next((code for tag in declared if (code := language_code(tag))), None)
    sample = text[:_SAMPLE]
    if len(sample) < _ENOUGH:
        return stated, "declared" if stated else ""
    if stated and language_code(_identifier().classify(sample[:_FIRST_SAMPLE])[0]) == stated:
        return stated, "declared"
    ranked = {language: float(score) for language, score in _identifier().rank(sample)}
    detected = max(ranked, key=lambda language: (ranked[language], language))
    if stated is None:
        found = language_code(detected)
        return found, "text" if found else ""
    beaten = stated in ranked and (ranked[detected] - ranked[stated]) / len(sample.encode()) > _CLEAR
    found = language_code(detected) if beaten else None
    return (found, "text") if found else (stated, "declared")
