"""Identifiers are hashes of what they name: 128 bits of blake2b, as UUIDs."""

from __future__ import annotations

import hashlib
from uuid import UUID


def digest(*parts: str) -> UUID:
    """The identifier of a sequence of texts; different sequences have different ones."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)
    return UUID(bytes=state.digest())
