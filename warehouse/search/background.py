"""Indexing in a thread while more is loaded: about a fifth of the work of a large import."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from warehouse.search.index import index_piece, to_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warehouse.search.index import OpenWarehouse


@contextmanager
def indexing_ahead(warehouse: OpenWarehouse) -> Iterator[Callable[[int], None]]:
    """Index in a thread while the context lasts; call the yielded function after each load, with the least number of
    versions that are worth it: PIECE, or fewer if no more will be loaded.

    The thread has its own connection and writes only to the index; nothing else may write to the index meanwhile. If
    it fails, the writer tries again when it finishes, and reports the error.
    """
    if warehouse.is_lake:  # its lock is the writer's, and other processes write to the index
        yield lambda _: None
        return
    busy: Future[None] | None = None

    def look(least: int) -> None:
        nonlocal busy
        if busy is None or busy.done():
            busy = thread.submit(_index, warehouse.connection.cursor(), least)

    with ThreadPoolExecutor(1, "newsloom-index") as thread:
        yield look


def _index(connection: duckdb.DuckDBPyConnection, least: int) -> None:
    with suppress(duckdb.Error), connection:
        while len(to_index(connection)) >= least:
            connection.begin()
            index_piece(connection)
            connection.commit()
