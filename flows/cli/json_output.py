"""The option --json: one JSON object for scripts instead of text for people, of the same shape for all commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta

import click

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for scripts: command, ok, facts and items."
)


def print_json(
    command: str, items: Iterable[object], facts: Mapping[str, object] | None = None, *, ok: bool = True
) -> None:
    """Print `{"command": …, "ok": …, "facts": {…}, "items": [{…}, …]}`.

    `items` are what the command lists, `facts` what it says of them as a whole. `ok` is false where the exit code is 1.
    Dataclasses become objects with the names of their fields, times ISO 8601 (UTC), durations seconds; all other
    values but numbers, texts, lists and objects become text. Errors go to standard error, as without --json.
    """
    said = {"command": command, "ok": ok, "facts": dict(facts or {}), "items": list(items)}
    sys.stdout.write(json.dumps(plain(said), ensure_ascii=False, indent=1) + "\n")


def plain(value: object) -> object:
    """A value as JSON has it; see `print_json`."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return str(value)
