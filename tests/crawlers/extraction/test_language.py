"""The language is the declared one unless the text is clearly in another."""

from __future__ import annotations

import pytest

from crawlers.extraction.language import find_language

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
