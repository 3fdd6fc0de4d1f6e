"""Keeps the table `version_names` up to date with the loaded versions, as the search index is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.temporary import registered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol

    import duckdb

    from warehouse.names.mention import Mention

    Text = tuple[str, str, str | None]  # title, text, language (ISO 639-1)
    FindNames = Callable[[Sequence[Text]], Sequence[list[Mention]]]

    class OpenWarehouse(Protocol):
        """What this needs of the writer, which itself imports this module."""

        connection: duckdb.DuckDBPyConnection

        def transaction(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
            """All or nothing."""
            ...


PIECE = 1 << 12  # versions that are read in one transaction; their texts take some 10 MB
SCHEMA = pa.schema(
    {
        "doc": pa.uint32(), "name": pa.string(), "kind": pa.string(), "country": pa.string(), "times": pa.uint16(),
        "in_headline": pa.bool_(), "about": pa.bool_(),
    }
)  # fmt: skip
MOST_TIMES = 65_535


def names_in(texts: Sequence[Text]) -> list[list[Mention]]:
    """The names in each text."""
    from warehouse.names.extract import names_of  # its lists take a moment

    return [names_of(title, text, language) for title, text, language in texts]


def read_new_names(warehouse: OpenWarehouse, find: FindNames = names_in) -> int:
    """Find the names in the versions that have not been read yet, and return the number of these versions.

    `find` finds what `names_in` does, perhaps in several processes. It takes half a millisecond for a version of 144
    words (`benchmarks/names.py`). Raises TransientWarehouseError if the disk fails; the call can be repeated.
    """
    done = 0
    while True:
        with warehouse.transaction() as connection:
            piece = next_piece(connection)
            if not piece.docs:
                return done
            store_names(connection, piece, find(list(piece.texts.values())))
            done += len(piece.texts)


def remove_names(connection: duckdb.DuckDBPyConnection, docs: list[int]) -> None:
    """Remove the names of versions, in the caller's transaction."""
    connection.execute("DELETE FROM version_names WHERE doc IN (SELECT unnest(?::UINTEGER[]))", [docs])


@dataclass(frozen=True, slots=True)
class Piece:
    """The versions (`docs`) that are read at once, and the texts of those that are still stored, by number."""

    docs: range
    texts: Mapping[int, Text]


def next_piece(connection: duckdb.DuckDBPyConnection) -> Piece:
    """The next versions to read, PIECE of them at most."""
    first, end = connection.execute(
        "SELECT (SELECT coalesce(max(next_doc), 0) FROM private.names_progress), "
        "(SELECT coalesce(max(doc) + 1, 0) FROM article_versions)"
    ).fetchall()[0]
    docs = range(first, end)[:PIECE]
    rows = connection.execute(
        "SELECT doc, coalesce(title, ''), text, language FROM article_versions WHERE doc >= ? AND doc < ? ORDER BY doc",
        [docs.start, docs.stop],
    ).fetchall()
    return Piece(docs, {row[0]: row[1:] for row in rows})


def store_names(connection: duckdb.DuckDBPyConnection, piece: Piece, found: Sequence[list[Mention]]) -> None:
    """Store the names in the texts of a piece, in their order, in the caller's transaction."""
    rows = [
        (doc, one.name, one.kind, one.country, min(one.times, MOST_TIMES), one.in_headline, one.about)
        for doc, names in zip(piece.texts, found, strict=True)
        for one in names
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    with registered(connection, "arrow_names", pa.table(arrays, schema=SCHEMA)):
        connection.execute("INSERT INTO version_names BY NAME FROM arrow_names")
    connection.execute("DELETE FROM private.names_progress")
    connection.execute("INSERT INTO private.names_progress VALUES (?)", [piece.docs.stop])
