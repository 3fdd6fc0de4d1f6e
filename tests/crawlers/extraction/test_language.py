"""The language is the declared one unless the text is clearly in another."""

from __future__ import annotations

import random

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

from crawlers.extraction.language import find_language
from crawlers.extraction.language_identifier import identifier

GERMAN = "Der Stadtrat hat am Abend nach langer Aussprache beschlossen, die alte Brücke über den Fluss zu erhalten."
JAPANESE = (
    "路面電車が今年の大みそか、六年ぶりに終夜運転を行うことが二日、わかった。運賃は昼間と変わらないという。"
    "最年長の運転士は、夜中の車内で年越しそばの匂いがするのが好きだったと話した。"
)
SPANISH = "El ayuntamiento ha decidido por la noche que el puente de piedra sobre el río se queda como está."
NORWEGIAN = "Kommunestyret vedtok sent i går kveld å bevare den gamle broen over elven, etter en lang debatt i salen."


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        (["de-AT"], GERMAN, "de"),
        (["en"], GERMAN, "de"),
        ([None, "", "xx", "pt_BR"], "Obrigado", "pt"),
        (["nb-NO"], NORWEGIAN, "no"),
        (["da"], NORWEGIAN, "da"),
        (["ja"], JAPANESE, "ja"),
        (["zh"], JAPANESE, "ja"),
        (["ko"], GERMAN, "de"),
        (["fr"], SPANISH, "es"),
        ([], GERMAN, "de"),
        ([], "1:0", None),
        (["iw"], "שלום", "he"),
    ],
)
def test_the_declared_language_applies_unless_the_text_is_clearly_in_another(
    declared: list[str | None], text: str, language: str | None
) -> None:
    assert find_language(declared, text)[0] == language


def test_a_table_of_results_is_in_the_nearest_language_that_has_a_code() -> None:
    table = "Shr 31 cts vs 24 cts\nNet 6.2 mln vs 4,714,000\nRevs 88.1 mln vs 79.6 mln\nYear\nShr 1.07 dlrs vs 93 cts"
    assert find_language([], table) == ("en", "text")


def test_all_bytes_at_once_have_the_scores_of_one_after_the_other() -> None:
    slow = LanguageIdentifier.from_model_file(MODEL_FILE)
    rng = random.Random(1)
    noise = "".join(chr(rng.choice([rng.randrange(32, 127), rng.randrange(0x400, 0x3100)])) for _ in range(500))
    for text in (GERMAN, JAPANESE, SPANISH, NORWEGIAN, GERMAN.upper(), noise, "é", "a", " ", "", "\udcff"):
        scores, expected = identifier().rank(text), slow.rank(text)
        assert dict(scores) == pytest.approx(dict(expected), rel=1e-5)
        assert scores[0][0] == expected[0][0]
