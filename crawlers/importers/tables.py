"""Reads the rows of CSV and Parquet files."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from w3lib.encoding import read_bom

from crawlers.charset_guess import guess_charset
from crawlers.counts import counted
from crawlers.extraction.text import single_line
from crawlers.importers.items import BrokenContentError
from crawlers.importers.tools import EXPORTED, TRAFILATURA_COLUMNS
from crawlers.importers.values import plain
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from crawlers.importers.keys import Translator

ROWS_AT_ONCE = 32
BYTES_AT_ONCE = 32 << 20
"""Of a Parquet file in memory, both; a row with a page has some 100 kB."""
_DELIMITERS = ",\t;|"
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
"""The first line of a table written for Excel, which says how its columns are separated."""
_FORMULA = re.compile(r"'(?=[=+@＝＋＠－\t\r-])")
_URL = re.compile(r"https?://\S+$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written; `names` are those of its columns, `has_header` whether its first line has them."""

    delimiter: str
    names: tuple[str, ...]
    has_header: bool = True


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read."""

    problem: str


def table_dialect(text: str, translator: Translator) -> Dialect | None:
    """The dialect of a text that begins like a table of articles; None if it does not."""
    found = _best_dialect(text, translator)
    if found is None or not found.has_header:
        return found
    return found if len(found.names) > 1 and len(translator.missing(found.names)) < 2 else None


def _best_dialect(text: str, translator: Translator) -> Dialect | None:
    """The delimiter with which the first line names the most of what an article must have, then the most columns."""
    dialects = []
    if separator := _SEPARATOR_LINE.match(text):
        text = text[separator.end() :]
    for delimiter in separator[1] if separator else _DELIMITERS:
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [name.strip().lstrip("\ufeff") for name in names]
        if len(names) == len(TRAFILATURA_COLUMNS) and _URL.match(names[0]):
            return Dialect(delimiter, TRAFILATURA_COLUMNS, has_header=False)
        dialects.append(Dialect(delimiter, tuple(names)))
    return min(dialects, key=lambda one: (len(translator.missing(one.names)), -len(one.names)), default=None)


def csv_rows(
    stream: io.BufferedReader, head: bytes, translator: Translator
) -> Iterator[tuple[int, dict[str, object] | BadRow]]:
    """The rows of a CSV file by the number of the line that they begin in. All values are texts; None if empty.

    The charset is that of the byte order mark, UTF-8, or detected. A row with too few or too many values, or with
    quotation marks in wrong places, is a BadRow. Yields nothing for a file without a line of names. Raises
    BrokenContentError for a quotation that is not closed, which takes the rest of the file, and for UTF-16 that ends
    within a character.
    """
    encoding = _encoding(head)
    dialect = _best_dialect(head.decode(encoding, "replace"), translator)
    if dialect is None:
        return
    csv.field_size_limit(MAX_PAGE_BYTES)
    # Both mark what is no character; that of UTF-8 cannot do so with halves of pairs in UTF-16.
    errors = "surrogatepass" if encoding == "utf-16" else "surrogateescape"
    text = io.TextIOWrapper(stream, encoding, errors=errors, newline="")
    rows = csv.reader(_whole_lines(text), delimiter=dialect.delimiter, strict=True)
    names = dialect.names
    if dialect.has_header:
        try:
            next(rows)
            if _SEPARATOR_LINE.match(head.decode(encoding, "replace")):
                next(rows)
        except csv.Error as error:
            raise BrokenContentError(f"line 1 is not valid CSV: {error}") from error
    is_own = set(names) >= EXPORTED
    line = rows.line_num + 1
    while True:
        try:
            for row in rows:
                if not row:  # must cost little: a file may have millions of blank lines
                    line += 1
                    continue
                while len(row) > len(names) and not row[-1]:
                    row.pop()
                if row:
                    yield line, _of_row(row, names, without_apostrophes=is_own)
                line = rows.line_num + 1
        except csv.Error as error:
            if "unexpected end of data" in str(error):  # as the module says of an open quotation
                raise BrokenContentError(f"the quotation that begins in line {line} is not closed") from error
            yield line, BadRow(f"not valid CSV: {error}")
            line = rows.line_num + 1
        else:
            return


def _whole_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a text; raises BrokenContentError for one that ends within a character."""
    try:
        yield from text
    except UnicodeDecodeError as error:
        raise BrokenContentError("the last line ends within a character: the file is cut short") from error


def _of_row(row: list[str], names: tuple[str, ...], *, without_apostrophes: bool) -> dict[str, object] | BadRow:
    if len(row) != len(names):
        return BadRow(f"it has {counted(len(row), 'value')}, but the table has {counted(len(names), 'column')}")
    values = [_FORMULA.sub("", value, count=1) for value in row] if without_apostrophes else row
    return {name: value or None for name, value in zip(names, values, strict=True)}


def csv_columns(head: bytes, translator: Translator) -> tuple[str, ...]:
    """The names of the columns of a CSV file that begins with these bytes."""
    dialect = _best_dialect(head.decode(_encoding(head), "replace"), translator)
    return dialect.names if dialect else ()


def _encoding(head: bytes) -> str:
    mark, _ = read_bom(head)
    if mark:
        return "utf-8-sig" if mark == "utf-8" else "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else the head ends within a character
            return guess_charset(head) or "utf-8"
    return "utf-8"


@contextmanager
def parquet_file(stream: io.BufferedReader) -> Iterator[Any]:
    """A Parquet file, opened by pyarrow. One that cannot be read in any order (in gzip, on a server without ranges) is
    copied to the folder for temporary files. Raises ValueError or OSError if it is cut short or damaged."""
    if stream.seekable():
        yield _open_parquet(stream)
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        yield _open_parquet(copy)


def _open_parquet(stream: BinaryIO) -> Any:
    """A file whose small columns are read as dictionaries of their values, so that a text that a thousand rows share is
    in memory once. In large columns it costs five times the memory of their values."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(stream, pre_buffer=False) as file:
        groups, sizes = _row_groups(file), dict.fromkeys(file.schema_arrow.names, 0)
        for group in groups:
            for chunk in map(group.column, range(group.num_columns)):
                if chunk.path_in_schema in sizes:  # not within a list or structure
                    sizes[chunk.path_in_schema] = max(sizes[chunk.path_in_schema], chunk.total_uncompressed_size)
        small = [name for name, size in sizes.items() if size <= BYTES_AT_ONCE and _is_text(file.schema_arrow, name)]
    return ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20, read_dictionary=small)


def _is_text(schema: pa.Schema, name: str) -> bool:
    kinds = [field.type for field in schema if field.name == name]
    return all(pa.types.is_string(kind) or pa.types.is_binary(kind) for kind in kinds)


def _row_groups(file: Any) -> list[Any]:
    return [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]


def parquet_rows(file: Any) -> Iterator[tuple[int, dict[str, object] | BadRow]]:
    """The rows of a file opened by `parquet_file`, with their numbers, some hundred at a time.

    A row with a value that Python cannot hold, such as a time of the year 10000, is a BadRow.
    """
    number = 0
    largest = max((group.total_byte_size // max(1, group.num_rows) for group in _row_groups(file)), default=0)
    rows_at_once = max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE // max(1, largest)))
    for batch in file.iter_batches(batch_size=rows_at_once, use_threads=False):
        rows = _in_microseconds(batch)
        for begin in range(rows.num_rows):
            number += 1
            try:
                (row,) = rows.slice(begin, 1).to_pylist()
            except (ValueError, OverflowError, LookupError) as error:
                yield number, BadRow(f"it has a value that cannot be read: {single_line(str(error))}")
            else:
                yield number, {name: plain(value) for name, value in row.items()}


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with times in microseconds, as far as Python's go; pandas writes nanoseconds."""
    for place, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            times = batch.column(place).cast(pa.timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(place, column.name, times)
    return batch
