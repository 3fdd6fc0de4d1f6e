"""Rows as an Excel workbook, by XlsxWriter (the extra `newsloom[xlsx]`).

A workbook is for looking at, not for coming back: a cell holds 32,767 characters, and times have no zone (they are in
UTC). https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3 has Excel's limits.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    from xlsxwriter import Workbook

MOST_ROWS = 1_048_575
"""Of a sheet, beside the line of names."""
MOST_CHARS = 32_767
"""Of a cell."""
_FIRST_DAY = date(1900, 3, 1)  # earlier ones are wrong in Excel, which takes 1900 for a leap year
_MOST_EXACT = 1 << 53  # Excel's numbers are floating-point
_ROWS_AT_ONCE = 2048
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,  # where it takes four gigabytes
}


def write_xlsx(connection: duckdb.DuckDBPyConnection, query: str, file: Path, name: str) -> int:
    """Write the rows of a query as the only sheet of a workbook; returns how many texts were cut.

    Lists and objects are JSON. Raises WarehouseError if XlsxWriter is not installed, or if there are too many rows, and
    OSError if the disk fails.
    """
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import FileCreateError
    except ImportError as error:
        raise WarehouseError("writing .xlsx needs XlsxWriter. Install it with: pip install 'newsloom[xlsx]'") from error
    (rows,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0]  # noqa: S608 - our own text
    if rows > MOST_ROWS:
        raise WarehouseError(
            f"{name}: has {rows:,} rows, but a sheet of Excel holds {MOST_ROWS:,}; choose another --format, or fewer "
            "rows with --since"
        )
    try:
        # Its temporary files stay if the disk fails, so they are beside the workbook, where the caller removes all.
        with Workbook(str(file), {**_OPTIONS, "tmpdir": str(file.parent)}) as workbook:
            return _write_sheet(workbook, connection.execute(query), name)
    except FileCreateError as error:  # how XlsxWriter passes on the OSError of a disk that is full
        raise (error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error))) from error


def _write_sheet(workbook: Workbook, rows: duckdb.DuckDBPyConnection, name: str) -> int:
    cut = 0
    sheet = workbook.add_worksheet(name[:31])
    time, day = (workbook.add_format({"num_format": form}) for form in ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"))
    sheet.write_row(0, 0, [column[0] for column in rows.description or ()], workbook.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    number = 0
    while some := rows.fetchmany(_ROWS_AT_ONCE):
        for row in some:
            number += 1
            for column, value in enumerate(row):
                cell = _cell(value)
                if isinstance(cell, str) and len(cell) > MOST_CHARS:
                    cell, cut = cell[:MOST_CHARS], cut + 1
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, time)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    sheet.write(number, column, cell)
    return cut


def _cell(value: object) -> str | float | bool | datetime | date | None:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return value if value.date() >= _FIRST_DAY else value.isoformat(" ")
    if isinstance(value, date):
        return value if value >= _FIRST_DAY else value.isoformat()
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _MOST_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
