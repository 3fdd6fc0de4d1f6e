"""Identifiers are hashes of what they name: 128 bits of blake2b, as UUIDs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from uuid import UUID

_WORD = re.compile(r"\w+")
_APOSTROPHE = re.compile("['’‘ʼ`´]")


def digest(*parts: str) -> UUID:
    """The identifier of a sequence of texts; different sequences have different ones."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)
    return UUID(bytes=state.digest())


def words(text: str) -> list[str]:
    """The words of a text for comparing: NFKC, case folded, apostrophes dropped, runs of letters and digits."""
    return _WORD.findall(_APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold()))


def text_hash(text: str) -> UUID:
    """Equal for texts of the same words in the same order, whatever their punctuation, case and line breaks."""
    return digest(" ".join(words(text)))
