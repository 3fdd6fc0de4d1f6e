"""The addresses that are known already: a file of sorted keys, small enough to map and fast enough to ask per link."""

from __future__ import annotations

import mmap
import sys
from array import array
from typing import TYPE_CHECKING, Self

from crawlers.discovery.address import address_key
from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_BYTES = 8


def write_known(path: Path, keys: Iterable[int]) -> int:
    """Write unsigned 64-bit keys (`address_key`) in any order, repeated or not, as a file for `KnownAddresses`.

    Returns how many different ones there are. The file appears whole or not at all. Ten million keys make 80 MB, take
    four seconds and 400 MB of memory meanwhile.
    """
    import pyarrow as pa  # here, because whoever only reads needs none of it and it takes 0.1 s
    import pyarrow.compute as pc

    collected = array("Q", keys)
    column = pa.Array.from_buffers(pa.uint64(), len(collected), [None, pa.py_buffer(collected)]).sort()
    if len(column):
        is_new = pc.not_equal(column[1:], column[:-1])
        column = pa.concat_arrays([column[:1], column[1:].filter(is_new)])
    ordered = array("Q")
    ordered.frombytes(memoryview(column.buffers()[1] or b"")[column.offset * KEY_BYTES :][: len(column) * KEY_BYTES])
    if sys.byteorder == "little":
        ordered.byteswap()
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        ordered.tofile(file)
    unfinished.replace(path)
    return len(ordered)


class KnownAddresses:
    """Asks a file of `write_known` whether an address is in it; a context manager, the file stays mapped meanwhile."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size % KEY_BYTES:
            raise CrawlersError(f"{path}: found {size} bytes; expected a multiple of {KEY_BYTES}, the length of a key")
        self._length = size // KEY_BYTES
        self._keys: mmap.mmap | None = None
        if size:  # nothing can be mapped of an empty file
            with path.open("rb") as file:
                self._keys = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; nothing is known any more."""
        if self._keys is not None:
            self._keys.close()
        self._keys, self._length = None, 0

    def __len__(self) -> int:
        return self._length

    def __contains__(self, address: object) -> bool:
        """Whether an address (str) is known; one that is no web address is not."""
        if not isinstance(address, str):
            return False
        try:
            return self.has_key(address_key(address))
        except ValueError:
            return False

    def has_key(self, key: int) -> bool:
        """Whether a key of `address_key` is in the file."""
        if self._keys is None:
            return False
        wanted = key.to_bytes(KEY_BYTES, "big")  # big-endian bytes sort like the numbers they stand for
        low, high = 0, self._length
        while low < high:
            middle = (low + high) // 2
            found = self._keys[middle * KEY_BYTES : (middle + 1) * KEY_BYTES]
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return False
