"""Checks the checksums of a DuckDB file without DuckDB, which has them checked only for blocks that a query reads.

Three headers of 4096 bytes are followed by blocks of equal size (src/storage/single_file_block_manager.cpp). Header and
block begin with a checksum of the rest: the exclusive or of 5381 and all 64-bit words, each multiplied by a constant
(src/common/checksum.cpp).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_HEADER_BYTES, _HEADERS = 4096, 3
_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SEED = np.uint64(5381)
_AT_ONCE = 16  # blocks: what fits into the caches of a processor
BLOCK_BYTES = 262_144
"""DuckDB's default, which newsloom never changes."""


def has_checksums(file: Path) -> bool:
    """Whether the headers of a file have checksums as described above; a later version of DuckDB may have others."""
    with file.open("rb") as reader:
        head = reader.read(_HEADERS * _HEADER_BYTES)
    return len(head) == _HEADERS * _HEADER_BYTES and not _mismatches(head, _HEADER_BYTES).any()


def damaged_blocks(file: Path) -> list[int]:
    """The numbers of the blocks that do not match their checksum. Blocks that are free may be among them."""
    damaged: list[int] = []
    begin = 0
    with file.open("rb") as reader:
        reader.seek(_HEADERS * _HEADER_BYTES)
        while blocks := reader.read(_AT_ONCE * BLOCK_BYTES):
            whole = len(blocks) // BLOCK_BYTES
            found = _mismatches(blocks[: whole * BLOCK_BYTES], BLOCK_BYTES)
            damaged += (np.flatnonzero(found) + begin).tolist()
            if len(blocks) % BLOCK_BYTES:
                damaged.append(begin + whole)
            begin += whole
    return damaged


def _mismatches(data: bytes, size: int) -> NDArray[np.bool_]:
    words = np.frombuffer(data, "<u8").reshape(-1, size // 8)
    with np.errstate(over="ignore"):
        sums = np.bitwise_xor.reduce(words[:, 1:] * _FACTOR, axis=1) ^ _SEED
    return np.asarray(sums != words[:, 0], np.bool_)
