"""What CSV, JSON, JSON lines and Parquet contain, and that `newsloom sql` and `newsloom export` write the same."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.reports import query_output
from warehouse.export import export
from warehouse.formats import Format, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAYS = '{"days":["2026-03-01"],"x":null}'
# A row of everything: value, cell in CSV, value in JSON.
VALUES = [
    ("1", "1", 1),
    ("123456789012345678901234567890::HUGEINT", "123456789012345678901234567890", 123456789012345678901234567890),
    ("1.50::DECIMAL(10, 2)", "1.50", 1.5),
    ("0.1::FLOAT", "0.1", 0.1),
    ("'nan'::DOUBLE", "nan", None),
    ("'-inf'::DOUBLE", "-inf", None),
    ("true", "true", True),
    ("NULL::VARCHAR", "", None),
    ("''", "", ""),
    ("'Say \"ü\", please'", 'Say "ü", please', 'Say "ü", please'),
    ("'two' || chr(10) || 'lines'", "two\nlines", "two\nlines"),
    ("TIMESTAMPTZ '2026-03-01 12:00:00.5+01'", "2026-03-01T11:00:00.5+00:00", "2026-03-01T11:00:00.5+00:00"),
    ("'infinity'::TIMESTAMPTZ", "infinity", "infinity"),
    ("TIMESTAMP '2026-03-01 12:00:00'", "2026-03-01T12:00:00", "2026-03-01T12:00:00"),
    ("DATE '2026-03-01'", "2026-03-01", "2026-03-01"),
    ("INTERVAL 36 HOURS + INTERVAL 1 DAY", "1 day 36:00:00", "1 day 36:00:00"),
    ("'ab'::BLOB", "6162", "6162"),
    ("'00000000-0000-0000-0000-000000000001'::UUID", *["00000000-0000-0000-0000-000000000001"] * 2),
    ("['a, b', 'c', NULL]", '["a, b","c",null]', ["a, b", "c", None]),
    ("[]::VARCHAR[]", "[]", []),
    ("[1, 2]::INTEGER[2]", "[1,2]", [1, 2]),
    (
        "{'at': [DATE '2026-03-01'], 'x': 'inf'::FLOAT}",
        *['{"at":["2026-03-01"],"x":null}', {"at": ["2026-03-01"], "x": None}],
    ),
    ("MAP {'k': INTERVAL 1 DAY}", '{"k":"1 day"}', {"k": "1 day"}),
    ("NULL::STRUCT(moment TIMESTAMPTZ)", "", None),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'America/New_York'")  # must not matter
        yield opened


def written(connection: duckdb.DuckDBPyConnection, query: str, form: Format) -> bytes:
    target = io.BytesIO()
    write(connection.sql(query), form, target)
    return target.getvalue()


EVERYTHING = "SELECT " + ", ".join(f"{value} AS v{number}" for number, (value, _, _) in enumerate(VALUES))


def test_csv_has_every_type_in_a_form_that_others_read(connection: duckdb.DuckDBPyConnection) -> None:
    names, cells = csv.reader(io.StringIO(written(connection, EVERYTHING, "csv").decode(), newline=""))
    assert names == [f"v{number}" for number in range(len(VALUES))]
    assert cells == [cell for _, cell, _ in VALUES]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_every_type(connection: duckdb.DuckDBPyConnection, form: Format) -> None:
    found = json.loads(written(connection, EVERYTHING, form), parse_constant=pytest.fail)
    assert list((found[0] if form == "json" else found).values()) == [value for _, _, value in VALUES]


def test_csv_tells_an_empty_text_from_a_missing_value(connection: duckdb.DuckDBPyConnection) -> None:
    assert written(connection, "SELECT '' AS a, NULL AS b", "csv") == b'a,b\n"",\n'
    assert written(connection, "SELECT NULL AS a UNION ALL SELECT 1", "csv") == b'a\n""\n1\n'


def test_many_rows_come_in_their_order(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT range AS n, 'é' || range AS text FROM range(10000)"
    lines = written(connection, query, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"n": n, "text": f"é{n}"} for n in range(10000)]
    assert json.loads(written(connection, query, "json")) == [json.loads(line) for line in lines]
    assert written(connection, query, "csv").decode().splitlines()[1:] == [f"{n},é{n}" for n in range(10000)]


def test_names_that_occur_twice_get_a_number_in_json(connection: duckdb.DuckDBPyConnection) -> None:
    assert written(connection, "SELECT 1 AS a, 2 AS a", "jsonl") == b'{"a":1,"a_1":2}\n'


def test_no_rows(connection: duckdb.DuckDBPyConnection) -> None:
    assert written(connection, "SELECT 1 AS a WHERE false", "csv") == b"a\n"
    assert written(connection, "SELECT 1 AS a WHERE false", "jsonl") == b""
    assert json.loads(written(connection, "SELECT 1 AS a WHERE false", "json")) == []


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_a_query_that_fails_on_the_way_raises_an_error_of_duckdb(
    connection: duckdb.DuckDBPyConnection, form: Format
) -> None:
    query = "SELECT CASE WHEN range = 9999 THEN CAST('x' || range AS INTEGER) ELSE range END AS n FROM range(10000)"
    with pytest.raises(duckdb.Error, match="x9999"):
        written(connection, query, form)


def test_parquet_has_types_that_others_read(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT INTERVAL 1 DAY AS lag, [INTERVAL 1 DAY] AS lags, 7::HUGEINT AS total, uuid() AS id"
    table = pq.read_table(io.BytesIO(written(connection, query, "parquet")))
    assert [str(kind) for kind in table.schema.types[:3]] == ["string", "list<element: string>", "decimal128(38, 0)"]
    assert table.to_pylist()[0]["lags"] == ["1 day"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_sql_and_export_write_the_same_bytes(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, form: Format
) -> None:
    connection.execute(f"CREATE TABLE everything AS {EVERYTHING}")
    (exported,) = export(connection, tmp_path, ["everything"], form)
    target = io.BytesIO()
    query_output.write(connection, "SELECT * FROM everything", form, target)
    assert exported.rows == 1
    assert exported.files[0].read_bytes() == target.getvalue()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x.example")', '\'=HYPERLINK("http://x.example")'),
        ("+1+1", "'+1+1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-5.5", "-5.5"),
        ("1 = 1", "1 = 1"),
        ("– dash", "– dash"),
    ],
)
def test_a_text_in_csv_is_no_formula(text: str, cell: str) -> None:
    with duckdb.connect() as connection:
        relation = connection.sql("SELECT $1 AS text, -5 AS number", params=[text])
        target = io.BytesIO()
        write(relation, "csv", target)
        lines = list(csv.reader(io.StringIO(target.getvalue().decode())))
        assert lines == [["text", "number"], [cell, "-5"]]
        target = io.BytesIO()
        write(relation, "jsonl", target)
        assert json.loads(target.getvalue()) == {"text": text, "number": -5}
