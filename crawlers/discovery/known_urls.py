"""The addresses that are known already: a file of sorted keys, small enough to map and fast enough to ask per link.

Unsigned 64-bit numbers, ascending, repeated or not, in the byte order of every machine that DuckDB runs on (little
endian): 80 MB for ten million addresses.
"""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Self

from crawlers.discovery.urls import url_key
from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_BYTES = 8


def write_keys(path: Path, keys: Iterable[int]) -> None:
    """Write keys (`url_key`) in any order, repeated or not, as a file for `KnownUrls`; holds all of them."""
    write_sorted_keys(path, [memoryview(array("Q", sorted(set(keys))))])


def write_sorted_keys(path: Path, pieces: Iterable[memoryview]) -> None:
    """Write such a file from pieces of its content, which ascend from one to the next as well; holds one at a time.

    The file appears whole or not at all.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    unfinished.replace(path)


class KnownUrls:
    """Asks such a file whether an address is in it; a context manager, the file stays mapped meanwhile."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size % KEY_BYTES:
            raise CrawlersError(f"{path}: found {size} bytes; expected a multiple of {KEY_BYTES}, the length of a key")
        self._map: mmap.mmap | None = None
        self._keys = memoryview(b"").cast("Q")
        if size:  # nothing can be mapped of an empty file
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._keys = memoryview(self._map).cast("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; nothing is known any more."""
        self._keys.release()
        self._keys = memoryview(b"").cast("Q")
        if self._map is not None:
            self._map.close()
            self._map = None

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, address: object) -> bool:
        """Whether an address (str) is known; one that is no web address is not."""
        if not isinstance(address, str):
            return False
        try:
            return self.has_key(url_key(address))
        except ValueError:
            return False

    def has_key(self, key: int) -> bool:
        """Whether a key of `url_key` is in the file."""
        at = bisect_left(self._keys, key)
        return at < len(self._keys) and self._keys[at] == key
