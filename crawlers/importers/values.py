"""Values of tables and of other programs, as a record of newsloom has them."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

_YES, _NO = frozenset({"true", "t", "yes", "1"}), frozenset({"false", "f", "no", "0"})


def list_of_texts(text: str, *, commas: bool) -> list[str]:
    """The texts of a list in a cell: JSON, Python's way (as pandas writes it), or separated by `;`, `|` or, if `commas`
    is set, by commas."""
    text = text.strip()
    if text.startswith("["):
        for read in (json.loads, ast.literal_eval):
            try:
                found = read(text)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                continue
            if isinstance(found, list) and all(isinstance(one, str) for one in found):
                return found
    separator = next((sign for sign in (";", "|", ",") if sign in text and (commas or sign != ",")), None)
    return [part for one in text.split(separator) if (part := one.strip())] if separator else [text]


def yes_or_no(text: str) -> bool | str:
    """A truth value in a cell; anything else stays as it is, for a message that quotes it."""
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else text


def plain(value: object) -> object:
    """A value of a Parquet file as JSON has it: times in ISO 8601, bytes and other kinds (UUID) as text;
    None for what is not a number."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, str | int) else str(value)
