"""Values as SQL literals, for statements that take no parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def literal(text: object) -> str:
    """A text, or a path, as an SQL literal. A NUL, which DuckDB does not allow, becomes U+FFFD."""
    return "'" + str(text).replace("\0", "\ufffd").replace("'", "''") + "'"


def time_literal(moment: datetime) -> str:
    """A time as an SQL literal of type TIMESTAMPTZ; a naive one is in UTC."""
    return f"TIMESTAMPTZ {literal(with_zone(moment))}"


def with_zone(moment: datetime) -> str:
    """A time in ISO 8601, with its offset; a naive one is in UTC."""
    return moment.isoformat(sep=" ") + ("" if moment.tzinfo else "+00")
