"""The known URLs: a file of sorted keys, small enough to map into memory and fast enough for a look-up per link.

The keys are unsigned 64-bit numbers in ascending order, duplicates allowed, in the byte order of every machine that
DuckDB runs on (little endian): 80 MB for ten million URLs.
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
    """Write keys (`url_key`), in any order, to a file for `KnownUrls`. Needs memory for all of them."""
    write_sorted_keys(path, [memoryview(array("Q", sorted(set(keys))))])


def write_sorted_keys(path: Path, pieces: Iterable[memoryview]) -> None:
    """Write such a file from pieces that are already sorted, within and among each other. Needs memory for one piece.

    The file appears complete or not at all.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    unfinished.replace(path)


class KnownUrls:
    """Looks URLs up in such a file. A context manager: the file stays mapped until it exits."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size % KEY_BYTES:
            raise CrawlersError(f"{path}: found {size} bytes; expected a multiple of {KEY_BYTES}, the length of a key")
        self._map: mmap.mmap | None = None
        self._keys = memoryview(b"").cast("Q")
        if size:  # an empty file cannot be mapped
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._keys = memoryview(self._map).cast("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Unmap the file; no URL is known any more."""
        self._keys.release()
        self._keys = memoryview(b"").cast("Q")
        if self._map is not None:
            self._map.close()
            self._map = None

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, url: object) -> bool:
        """Whether a URL (str) is known; a text that is not a web URL is not."""
        if not isinstance(url, str):
            return False
        try:
            return self.has_key(url_key(url))
        except ValueError:
            return False

    def has_key(self, key: int) -> bool:
        """Whether a key (`url_key`) is in the file."""
        at = bisect_left(self._keys, key)
        return at < len(self._keys) and self._keys[at] == key
