"""Search and the rest of the code agree on which characters belong to scripts without spaces between words."""

from __future__ import annotations

from pathlib import Path

import duckdb

import warehouse
from crawlers.unsegmented import has_unsegmented

MACRO = "is_unsegmented"
FILE = Path(warehouse.__file__).parent / "views" / f"{MACRO}.sql"
SURROGATES = range(0xD800, 0xE000)


def test_the_macro_of_search_has_the_same_characters() -> None:
    with duckdb.connect() as connection:
        connection.execute(FILE.read_text(encoding="utf-8"))
        rows = connection.execute(
            f"SELECT code FROM range(1, 1114112) AS codes(code) "
            f"WHERE code NOT BETWEEN {SURROGATES[0]} AND {SURROGATES[-1]} AND {MACRO}(chr(code::INTEGER))"
        ).fetchall()
    in_sql = {code for (code,) in rows}
    in_python = {code for code in range(1, 0x110000) if code not in SURROGATES and has_unsegmented(chr(code))}
    assert in_sql == in_python
