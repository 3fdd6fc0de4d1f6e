from __future__ import annotations

import pytest

from crawlers.languages import ISO_639_1, iso_639_1


def test_there_are_183_language_codes() -> None:
    assert len(ISO_639_1) == 183
    assert all(len(code) == 2 and code.islower() and code.isascii() for code in ISO_639_1)
    assert {"en", "de", "zh", "xh", "no", "nb", "he", "id"} <= ISO_639_1


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("pt_BR", "pt"),
        (" DE ", "de"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("in", "id"),
        ("eng", None),
        ("xx", None),
        ("", None),
        (None, None),
        ("english", None),
    ],
)
def test_a_language_tag_becomes_its_code(tag: str | None, code: str | None) -> None:
    assert iso_639_1(tag) == code
