"""Scripts written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan.

This is the only definition in Python; a test compares the SQL macro that search uses with it. Korean puts spaces
between words, so Hangul is not included.
"""

from __future__ import annotations

import re

# Contents of regular-expression character classes, to be put between brackets.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆"
"""Chinese characters, with the iteration mark and the closing mark that Japanese uses among them."""
KANA = "\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff"
"""Hiragana, Katakana and its phonetic extensions."""
SOUTH_EAST_ASIAN = "\u0e00-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f"
"""Thai, Lao, Tibetan, Burmese, Khmer, and the Burmese extension for Shan and Khamti."""
UNSEGMENTED = f"{HAN}{KANA}{SOUTH_EAST_ASIAN}"
"""All of them."""

_CHARACTER = re.compile(f"[{UNSEGMENTED}]")


def count_unsegmented(text: str) -> int:
    """The number of characters of unsegmented scripts in a text."""
    return 0 if text.isascii() else len(_CHARACTER.findall(text))


def has_unsegmented(text: str) -> bool:
    """True for a text with at least one character of an unsegmented script."""
    return not text.isascii() and _CHARACTER.search(text) is not None
