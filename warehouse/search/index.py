"""The search index, kept up to date with the loaded versions.

An inverted index in plain tables (schema `search_index`), which the macro `search` queries with SQL alone: readers of
the file need no extension and no stemmer. It consists of parts, each for a range of versions. New versions become a
small part; small parts are merged when there are enough of them, so that each version is rewritten about three times,
whatever the size of the warehouse.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import Stemmer

from warehouse.results import arrow_table, one_row
from warehouse.search.postings import as_lists, merged, postings_of, tokens_of
from warehouse.sql_files import sql_beside
from warehouse.temporary import registered, temporary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import duckdb

    from warehouse.search.postings import Postings

# Versions are numbered within a part, so that a rare term takes 16 bits for each. They are stored as signed 32-bit
# numbers, because DuckDB does not store the differences between neighbours for smaller types.
LARGEST_PART = 1 << 16
# Parts are merged in two steps: into parts of about 8,000 versions, then of about 65,000.
TIERS = (1 << 13, LARGEST_PART)
MOST_SMALL_PARTS = 16
# Versions that are indexed in one transaction: about 4 million words, which take half a gigabyte; a merge takes one.
PIECE = 1 << 13

STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch", "en": "english",
    "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


_sql = sql_beside(__file__)


class OpenWarehouse(Protocol):
    """What indexing needs of the writer, which itself imports this module."""

    connection: duckdb.DuckDBPyConnection
    is_lake: bool

    def transaction(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """All or nothing."""
        ...


def index_new_versions(warehouse: OpenWarehouse) -> int:
    """Index the versions that are not indexed yet; returns their number.

    The cost is proportional to their number, plus occasional merges: of 8,000 versions (under a second), and of 65,000
    (some seconds) every 65,000. Raises TransientWarehouseError if the disk fails; the call can be repeated.
    """
    indexed = 0
    while to_index(warehouse.connection):
        with warehouse.transaction() as connection:
            indexed += index_piece(connection)
    return indexed


def to_index(connection: duckdb.DuckDBPyConnection) -> range:
    """The loaded versions (`doc`) that are not indexed yet."""
    indexed = _one(connection, "SELECT coalesce(max(first_doc + docs), 0) FROM search_index.parts")
    return range(indexed, _one(connection, "SELECT coalesce(max(doc) + 1, 0) FROM article_versions"))


def index_piece(connection: duckdb.DuckDBPyConnection) -> int:
    """Index up to PIECE versions, in the caller's transaction; returns their number."""
    piece = to_index(connection)[:PIECE]
    if not piece:  # another process has done it meanwhile
        return 0
    _index(connection, piece.start, piece.stop)
    merge_parts(connection)
    return len(piece)


def _index(connection: duckdb.DuckDBPyConnection, first: int, end: int) -> None:
    """Add a part for the versions from `first` to before `end`."""
    tokens = tokens_of(arrow_table(connection, _sql("texts"), {"first": first, "end": end}))
    with temporary(connection, "tokens", tokens.words):
        words = arrow_table(connection, _sql("words"))
        with registered(connection, "arrow_stems", stems_of(words)):
            connection.execute(_sql("terms"))
        ids = connection.execute(_sql("ids")).fetchnumpy()
        connection.execute("DROP TABLE temp.stems")
    _store(connection, first, end, postings_of(tokens, ids["key"], ids["id"]))


def _store(connection: duckdb.DuckDBPyConnection, first: int, end: int, postings: Postings) -> None:
    """Store a part."""
    part = _one(connection, "SELECT coalesce(max(part) + 1, 0) FROM search_index.parts")
    with registered(connection, "arrow_postings", as_lists(postings)):
        connection.execute("INSERT INTO search_index.postings SELECT ?, term, times, docs FROM arrow_postings", [part])
    connection.execute(
        "INSERT INTO search_index.parts SELECT ?, ?, ?, coalesce(sum(word_count), 0) FROM article_versions "
        "WHERE doc >= ? AND doc < ?",
        [part, first, end - first, first, end],
    )


def merge_parts(connection: duckdb.DuckDBPyConnection) -> None:
    """Merge the newest parts if there are enough small ones."""
    for tier in TIERS:
        rows = connection.execute("SELECT part, first_doc, docs FROM search_index.parts ORDER BY first_doc").fetchall()
        for group in parts_to_merge(rows, tier):
            first, end = group[0][1], group[-1][1] + group[-1][2]
            parts = [part for part, _, _ in group]
            _join(connection, first, end, parts, [])


def remove_versions(connection: duckdb.DuckDBPyConnection, docs: Sequence[int]) -> None:
    """Remove versions from the index, with terms that only they had; rewrites the parts that they are in."""
    rows = connection.execute(
        "SELECT DISTINCT part, first_doc, docs FROM search_index.parts AS parts, (SELECT unnest(?::UINTEGER[]) AS doc) "
        "WHERE doc >= first_doc AND doc < first_doc + docs",
        [list(docs)],
    ).fetchall()
    for part, first, count in rows:
        _join(connection, first, first + count, [part], docs)
    if rows:
        connection.execute(_sql("unused"))


def _join(
    connection: duckdb.DuckDBPyConnection, first: int, end: int, parts: Sequence[int], gone: Sequence[int]
) -> None:
    """Replace several parts by one, without the versions in `gone`."""
    rows = arrow_table(connection, _sql("merge"), {"first": first, "parts": list(parts)})
    _store(connection, first, end, merged(rows, [doc - first for doc in gone]))
    for table in ("postings", "parts"):
        connection.execute(f"DELETE FROM search_index.{table} WHERE part IN (SELECT unnest(?))", [list(parts)])  # noqa: S608


def parts_to_merge(parts: Sequence[tuple[int, int, int]], tier: int) -> list[list[tuple[int, int, int]]]:
    """Groups of parts (part, first_doc, docs; in order) to merge into parts of at most `tier` versions.

    These are the newest parts of less than half a tier, once they add up to a tier or are too many.
    """
    small: list[tuple[int, int, int]] = []
    for part in reversed(parts):
        if part[2] >= tier // 2:
            break
        small.insert(0, part)
    if sum(docs for _, _, docs in small) < tier and len(small) <= MOST_SMALL_PARTS:
        return []
    groups: list[list[tuple[int, int, int]]] = [[]]
    for part in small:
        if sum(docs for _, _, docs in groups[-1]) + part[2] > tier:
            groups.append([])
        groups[-1].append(part)
    return [group for group in groups if len(group) > 1]


def stems_of(words: pa.Table) -> pa.Table:
    """A table of `language` (ISO 639-1) and `word` (lower case), with the `stem`: the word if there is no stemmer."""
    pieces = []
    for language in words["language"].unique().to_pylist():
        some = words.filter(pc.equal(words["language"], language))
        if language in STEMMERS:
            stems = _stemmer(language).stemWords(some["word"].to_pylist())
            pieces.append(some.append_column("stem", pa.array(stems, pa.string())))
        else:
            pieces.append(some.append_column("stem", some["word"]))
    return pa.concat_tables(pieces) if pieces else words.append_column("stem", words["word"])


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(STEMMERS[language], 0)  # the cache of the stemmer is slower than stemming


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = one_row(connection, query)
    return int(row[0]) if row else 0
