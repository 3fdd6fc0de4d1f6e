"""Rows as CSV, JSON, JSON lines or Parquet: the one writer for `newsloom sql` and `newsloom export`.

DuckDB writes CSV and Parquet, and makes the text of each row of JSON, which Python passes on: memory for a few thousand
rows is enough.

- CSV and JSON have times in ISO 8601 (those with a time zone in UTC, with `+00:00`), intervals as DuckDB prints them
  (which DuckDB and pandas parse), bytes in hexadecimal, and floating-point numbers with as few digits as identify them.
- JSON has null for NaN and the infinities. A name that occurs twice gets a number.
- CSV has lists, maps and structs as JSON. A missing value is empty, an empty text is `""`. A text that a spreadsheet
  would run as a formula has an apostrophe before it.
- Parquet has intervals as text as well, because Arrow and pandas read Parquet's own as bytes and polars does not read
  them; 128-bit integers are decimals, because Parquet has none.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.sqltypes import DuckDBPyType

from warehouse.literals import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


Format = Literal["csv", "json", "jsonl", "parquet"]
PARQUET_OPTIONS = "FORMAT parquet, COMPRESSION zstd"
ROWS_AT_ONCE = 2048  # a DuckDB vector
NESTED = {"list", "array", "struct", "map"}


def write(relation: duckdb.DuckDBPyRelation, form: Format, target: IO[bytes]) -> None:
    """Write the rows of a relation to an open file, which may be a pipe.

    CSV and Parquet need room for their file in the folder for temporary files. Raises duckdb.Error for a query that
    fails.
    """
    if form in ("csv", "parquet"):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"rows.{form}"
            (write_csv if form == "csv" else write_parquet)(relation, file)
            with file.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
        return
    numbered, fields = _numbered(relation)
    line = _json_object(_distinct(relation.columns), fields)
    if form == "jsonl":
        _write_lines(numbered.project(f"concat({line}, chr(10))"), target)
    else:
        target.write(b"[")
        _write_lines(numbered.project(f"concat(',', chr(10), ' ', {line})"), target, skip=1)
        target.write(b"\n]\n")


def write_csv(relation: duckdb.DuckDBPyRelation, file: Path) -> None:
    """Write the rows of a relation to a CSV file with a line of names."""
    numbered, fields = _numbered(relation)
    cells = [f"{_csv_cell(*field)} AS {field[0]}" for field in fields]
    if len(cells) == 1:  # readers skip empty lines
        cells = [f"coalesce({_csv_cell(*fields[0])}, '') AS {fields[0][0]}"]
    converted = numbered.project(", ".join(cells))
    values = file.with_name(f"{file.name}.values")  # COPY has no names that occur twice
    try:
        converted.write_csv(str(values), header=False)
        with file.open("wb") as target, values.open("rb") as source:
            target.write((",".join(map(_quoted_name, relation.columns)) + "\n").encode())
            shutil.copyfileobj(source, target, 1 << 20)
    finally:
        values.unlink(missing_ok=True)


def as_texts(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The rows of a relation with all values as the texts of CSV, without its apostrophes; missing values are NULL."""
    numbered, fields = _numbered(relation)
    cells = (column if kind.id == "varchar" else _csv_cell(column, kind) for column, kind in fields)
    return numbered.project(", ".join(cells))


def write_parquet(relation: duckdb.DuckDBPyRelation, file: Path) -> None:
    """Write the rows of a relation to a Parquet file."""
    relation.project(parquet_columns(relation)).write_parquet(str(file), compression="zstd")


def parquet_columns(relation: duckdb.DuckDBPyRelation) -> str:
    """What to select from a relation for Parquet."""
    converted = [
        f"{_parquet(name, kind)} AS {name}"
        for name, kind in zip(map(_identifier, relation.columns), relation.types, strict=True)
        if _contains(kind, _PARQUET_SCALARS)
    ]
    return f"* REPLACE ({', '.join(converted)})" if converted else "*"


def _numbered(relation: duckdb.DuckDBPyRelation) -> tuple[duckdb.DuckDBPyRelation, list[tuple[str, DuckDBPyType]]]:
    """A relation whose columns are called c0, c1, …, and these names with their types."""
    columns = [f"c{number}" for number in range(len(relation.columns))]
    numbered = relation.project(", ".join(f"#{number + 1} AS {column}" for number, column in enumerate(columns)))
    return numbered, list(zip(columns, relation.types, strict=True))


def _write_lines(relation: duckdb.DuckDBPyRelation, target: IO[bytes], skip: int = 0) -> None:
    """Write the texts of a relation with one column one after another, without the first `skip` bytes."""
    for batch in batches(relation):
        texts = batch.column(0)
        _, offsets, data = texts.buffers()
        begin, end = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
        target.write(memoryview(data)[begin + skip : end])
        skip = 0


def batches(relation: duckdb.DuckDBPyRelation) -> Iterator[pa.RecordBatch]:
    """The rows of a relation, some thousand at a time."""
    reader = relation.to_arrow_reader(ROWS_AT_ONCE)
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:  # how Arrow passes on an error of DuckDB
            raise duckdb.Error(str(error)) from error
        yield batch


def _quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if not name or any(sign in name for sign in ',"\r\n') else name


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _distinct(names: Sequence[str]) -> Iterator[str]:
    """The names, with a number where one was there before: a, a_1."""
    used: set[str] = set()
    for name in names:
        distinct, number = name, 0
        while distinct in used:
            number += 1
            distinct = f"{name}_{number}"
        used.add(distinct)
        yield distinct


def _csv_cell(column: str, kind: DuckDBPyType) -> str:
    if kind.id in NESTED:
        return f"CAST(to_json({_json(column, kind)}) AS VARCHAR)"
    if kind.id == "varchar":  # numbers with a sign stay as they are
        is_formula = f"regexp_matches({column}, '^[=+@＝＋＠－\\t\\r-]') AND try_cast({column} AS DOUBLE) IS NULL"
        return f"CASE WHEN {is_formula} THEN concat(chr(39), {column}) ELSE {column} END"
    return _text(column, kind)


def _json_object(names: Iterator[str], fields: Sequence[tuple[str, DuckDBPyType]]) -> str:
    pairs = [f"{literal(name)}, {_json(*field)}" for name, field in zip(names, fields, strict=True)]
    return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"


def _utc(value: str) -> str:
    text = f"replace(CAST(timezone('UTC', {value}) AS VARCHAR), ' ', 'T') || '+00:00'"
    return f"CASE WHEN isfinite({value}) THEN {text} ELSE CAST({value} AS VARCHAR) END"


def _iso(value: str) -> str:
    return f"replace(CAST({value} AS VARCHAR), ' ', 'T')"


_TEXTS: dict[str, Callable[[str], str]] = {
    "timestamp with time zone": _utc,
    "timestamp": _iso,
    "timestamp_s": _iso,
    "timestamp_ms": _iso,
    "timestamp_ns": _iso,
    "blob": lambda value: f"lower(hex({value}))",
}
_JSON_SCALARS: dict[str, Callable[[str], str]] = {
    **_TEXTS,
    # By way of its text, which has as few digits as identify it.
    "float": lambda value: f"CASE WHEN isfinite({value}) THEN CAST(CAST({value} AS VARCHAR) AS DOUBLE) END",
    "double": lambda value: f"CASE WHEN isfinite({value}) THEN {value} END",
    "interval": lambda value: f"CAST({value} AS VARCHAR)",
    "union": lambda value: f"CAST({value} AS VARCHAR)",
    "bit": lambda value: f"CAST({value} AS VARCHAR)",
    "time with time zone": lambda value: f"CAST({value} AS VARCHAR)",
}
_PARQUET_SCALARS: dict[str, Callable[[str], str]] = {
    "interval": lambda value: f"CAST({value} AS VARCHAR)",
    "union": lambda value: f"CAST({value} AS VARCHAR)",
    "bit": lambda value: f"CAST({value} AS VARCHAR)",
    "hugeint": lambda value: f"CAST({value} AS DECIMAL(38, 0))",
    "uhugeint": lambda value: f"CAST({value} AS DECIMAL(38, 0))",
}


def _text(value: str, kind: DuckDBPyType) -> str:
    return _TEXTS[kind.id](value) if kind.id in _TEXTS else f"CAST({value} AS VARCHAR)"


def _json(value: str, kind: DuckDBPyType) -> str:
    return _converted(value, kind, _JSON_SCALARS)


def _parquet(value: str, kind: DuckDBPyType) -> str:
    return _converted(value, kind, _PARQUET_SCALARS)


def _contains(kind: DuckDBPyType, scalars: dict[str, Callable[[str], str]]) -> bool:
    """Whether a type, or one within it, is converted."""
    if kind.id in NESTED:
        return any(_contains(inner, scalars) for inner in _inner(kind).values())
    return kind.id in scalars


def _inner(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """The types within a nested one, by name."""
    return {name: inner for name, inner in kind.children if isinstance(inner, DuckDBPyType)}


def _converted(value: str, kind: DuckDBPyType, scalars: dict[str, Callable[[str], str]], depth: int = 0) -> str:
    """An expression for a value, in which every scalar within it is converted."""
    if not _contains(kind, scalars):
        return value
    inner = _inner(kind) if kind.id in NESTED else {}
    name = f"__element_{depth}"  # unlike any column: a column of the same name would be taken for it
    if kind.id in ("list", "array"):
        (element,) = inner.values()
        return f"list_transform({value}, lambda {name}: {_converted(name, element, scalars, depth + 1)})"
    if kind.id == "map":
        key = _converted(f"{name}.key", inner["key"], scalars, depth + 1)
        entry = _converted(f"{name}.value", inner["value"], scalars, depth + 1)
        entries = f"list_transform(map_entries({value}), lambda {name}: struct_pack(k := {key}, v := {entry}))"
        return f"map_from_entries({entries})"
    if kind.id == "struct":
        if "" in inner:  # made by row(), without names
            return f"CAST({value} AS VARCHAR)"
        parts = []
        for part, each in inner.items():
            extracted = f"struct_extract({value}, {literal(part)})"
            parts.append(f"{_identifier(part)} := {_converted(extracted, each, scalars, depth + 1)}")
        return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return scalars[kind.id](value)
