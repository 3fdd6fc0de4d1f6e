"""Guesses the charset of a text that declares none, or a wrong one."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

_CHARSETS = (
    "cp1252",
    "cp1251",
    "cp932",
    "gb18030",
    "big5",
    "euc_jp",
    "cp949",
    "cp1250",
    "iso8859_2",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp874",
    "iso8859_15",
    "mac_roman",
)
"""Those that news is written in, beside Unicode, the most common ones first."""
_LATIN_CHARSETS = frozenset({"cp1250", "cp1252", "cp1254", "iso8859_2", "iso8859_15", "mac_roman"})
_LATIN_BY_LANGUAGE = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl", "bs", "sq"), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "vi": "cp1258",
}
"""The charset of texts of a language in Latin script; of all others it is windows-1252."""
_C1 = re.compile(rb"[\x80-\x9f]")
_MAX_CHAOS = 0.1
"""Of what charset-normalizer calls chaos, the share of implausible characters: texts in their own charset have none."""
_SAMPLE = 64 << 10


def guess_charset(body: bytes, language: str = "") -> str | None:
    """Python's name of the charset in which the bytes are most plausible as a text; None if they are so in none.

    Among charsets that are equally plausible, the most common one is taken: charset-normalizer takes the first in the
    alphabet, which turns the accents of Western Europe (cp1252) into those of Central Europe (cp1250). Among those of
    the Latin script the `language` (ISO 639-1) decides, if it is known.
    """
    found = [
        (match.chaos, -match.coherence, _CHARSETS.index(name), name)
        for match in from_bytes(body[:_SAMPLE], cp_isolation=list(_CHARSETS))
        for name in match.could_be_from_charset
        if name in _CHARSETS and match.chaos <= _MAX_CHAOS
    ]
    guessed = min(found)[3] if found else None
    if language and guessed in _LATIN_CHARSETS:
        guessed = _LATIN_BY_LANGUAGE.get(language, "cp1252")
    # The letters that the two have in different places stand among these bytes in cp1250, which ISO 8859-2 leaves out.
    return "iso8859_2" if guessed == "cp1250" and not _C1.search(body) else guessed
