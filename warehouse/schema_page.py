"""docs/schema.md, from the comments in the warehouse itself: `python -m warehouse.schema_page > docs/schema.md`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connection import connect
from warehouse.writer import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

INTRODUCTION = """# The warehouse's tables, views and macros

Made by `python -m warehouse.schema_page > docs/schema.md` from the comments in `news.duckdb` itself, which has them as
well: `newsloom sql "FROM duckdb_columns()"`. Do not edit this page: a test compares it with what would be made now.

Times are TIMESTAMPTZ; `newsloom sql` and `warehouse.connect` show them in UTC. Identifiers are hashes of what they
name.
"""
TABLES = """
SELECT schema_name, table_name, comment FROM duckdb_tables()
WHERE NOT internal AND schema_name = ? ORDER BY table_name
"""
VIEWS = "SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
COLUMNS = """
SELECT column_name, data_type, comment FROM duckdb_columns()
WHERE schema_name = ? AND table_name = ? ORDER BY column_index
"""
MACROS = """
SELECT function_name, comment, parameters, function_type FROM duckdb_functions()
WHERE NOT internal ORDER BY function_type DESC, function_name
"""


def schema_page() -> str:
    """The page as Markdown, from a warehouse made for the purpose."""
    with tempfile.TemporaryDirectory() as folder:
        with open_writer(Path(folder), "schema page") as writer:
            writer.publish()
        with connect(folder) as connection:
            return "\n".join(_lines(connection))


def _lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield INTRODUCTION
    yield "## Views\n"
    yield from _tables(connection, connection.execute(VIEWS).fetchall())
    yield "## Macros\n"
    for name, comment, parameters, kind in connection.execute(MACROS).fetchall():
        called = f"FROM {name}(…)" if kind == "table_macro" else f"{name}({', '.join(parameters)})"
        yield f"### {name}\n\n`{called}`\n\n{comment}\n"
    yield "## Tables\n"
    yield from _tables(connection, connection.execute(TABLES, ["main"]).fetchall())
    yield "## The search index\n\nWhat the macros `search`, `coverage` and `share_of_voice` read.\n"
    yield from _tables(connection, connection.execute(TABLES, ["search_index"]).fetchall())


def _tables(connection: duckdb.DuckDBPyConnection, tables: list[tuple[str, str, str]]) -> Iterator[str]:
    for schema, name, comment in tables:
        yield f"### {name if schema == 'main' else f'{schema}.{name}'}\n\n{comment}\n"
        yield "| column | type | meaning |\n|---|---|---|"
        for column, kind, meaning in connection.execute(COLUMNS, [schema, name]).fetchall():
            yield f"| `{column}` | {kind} | {(meaning or '').replace('|', chr(92) + '|')} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(schema_page())
