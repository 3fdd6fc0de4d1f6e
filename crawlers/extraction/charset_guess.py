"""Guesses the charset of a text that declares none, or a wrong one."""

from __future__ import annotations

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
_MAX_CHAOS = 0.1
"""Of what charset-normalizer calls chaos, the share of implausible characters: texts in their own charset have none."""
_SAMPLE = 64 << 10


def guess_charset(body: bytes) -> str | None:
    """Python's name of the charset in which the bytes are most plausible as a text; None if they are so in none.

    Among charsets that are equally plausible, the most common one is taken: charset-normalizer takes the first in the
    alphabet, which turns the accents of Western Europe (cp1252) into those of Central Europe (cp1250).
    """
    found = [
        (match.chaos, -match.coherence, _CHARSETS.index(name), name)
        for match in from_bytes(body[:_SAMPLE], cp_isolation=list(_CHARSETS))
        for name in match.could_be_from_charset
        if name in _CHARSETS and match.chaos <= _MAX_CHAOS
    ]
    return min(found)[3] if found else None
