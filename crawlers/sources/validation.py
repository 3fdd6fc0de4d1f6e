"""Collects the problems in a `sources.toml`, each with its key, its line and what is allowed."""

from __future__ import annotations

import json
import re
from datetime import date, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from crawlers.errors import Problem, SourcesError
from crawlers.languages import ISO_639_1, iso_639_1

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

Key = tuple[str | int, ...]
"""Path of a key: `("source", 2, "feeds", 0)` is the first feed of the third source."""

_Model = TypeVar("_Model", bound=BaseModel)
_HEADER = re.compile(r"\s*\[{1,2}\s*[\"']?([\w-]+)")
_ARRAY_HEADER = re.compile(r"\s*\[\[\s*[\"']?([\w-]+)[\"']?\s*\]\]")
_MAX_SHOWN_CHARS = 120  # of an invalid value in a message


class ProblemCollector:
    """Collects the problems of one file."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text
        self.problems: list[Problem] = []
        self._names: dict[int, str] = {}

    def add(self, key: Key, found: str, allowed: str, line: int | None = None) -> None:
        """Add a problem; finds the line of the key if none is given."""
        self.problems.append(Problem(self.file, self._path(key), found, allowed, line or self.line(key)))

    def wrong_type(self, key: Key, value: object, allowed: str) -> None:
        """Add the problem that a value has the wrong type."""
        self.add(key, f"{_shown(value)} ({_kind(value)})", allowed)

    def unknown_keys(self, key: Key, table: Iterable[str], known: Collection[str]) -> None:
        """Add a problem for every unknown key of a table."""
        for name in table:
            if name not in known:
                near = get_close_matches(name, known, 1)
                allowed = f"one of {', '.join(known)}" + (f"; nearest: {near[0]}" if near else "")
                self.add((*key, name), "an unknown key", allowed)

    def check(self, model: type[_Model], key: Key, table: Mapping[str, object]) -> _Model | None:
        """The table as a model, or None after adding its problems."""
        if isinstance(key[-1], int) and isinstance(name := table.get("name"), str):
            self._names[key[-1]] = name
        try:
            return model.model_validate(table)
        except ValidationError as error:
            self.unknown_keys(key, table, tuple(model.model_fields))
            for mistake in error.errors():
                place: Key = mistake["loc"]
                if mistake["type"] != "extra_forbidden":
                    field = model.model_fields.get(str(place[0])) if place else None
                    self._mistake((*key, *place), mistake, (field.description if field else None) or "")
            return None

    def error(self) -> SourcesError:
        """The exception with all problems, in the order of their lines."""
        return SourcesError(sorted(self.problems, key=lambda problem: problem.line or 0))

    def line(self, key: Key) -> int | None:
        """The line of a key, from 1. Searches the text for the usual layout, because tomllib reports no lines."""
        lines = self.text.splitlines()
        start, end, rest = 0, len(lines), key
        if len(key) > 1:
            index = key[1] if isinstance(key[1], int) else 0
            rest = key[2:] if isinstance(key[1], int) else key[1:]
            header = _ARRAY_HEADER if isinstance(key[1], int) else _HEADER
            headers = [n for n, text in enumerate(lines) if (match := header.match(text)) and match[1] == key[0]]
            if index >= len(headers):
                return None
            start = headers[index]
            end = next((n for n in range(start + 1, end) if _HEADER.match(lines[n])), end)
        if not rest:
            return start + 1 if key else None
        name = re.escape(str(rest[0]))
        wanted = re.compile(rf"\s*(?:[\"']?{name}[\"']?\s*[=.]|\[\[?\s*[\"']?{name}\b)")
        at = next((n for n in range(start, end) if wanted.match(lines[n])), None)
        return start + 1 if at is None and len(key) > 1 else at + 1 if at is not None else None

    def _mistake(self, key: Key, mistake: Any, description: str) -> None:
        context, value = mistake.get("ctx") or {}, mistake["input"]
        allowed = context.get("allowed") or description
        if context.get("found"):
            self.add(key, context["found"], allowed)
        elif mistake["type"] == "missing":
            self.add(key, "nothing", allowed)
        elif mistake["type"].endswith("_type"):
            self.wrong_type(key, value, allowed)
        else:
            self.add(key, _shown(value), allowed)

    def _path(self, key: Key) -> str:
        """The key as shown in messages, counting from 1: `source[3] "harbour-courier" .feeds[1]`."""
        path = ""
        for number, part in enumerate(key):
            if isinstance(part, int):
                path += f"[{part + 1}]"
                if number == 1 and part in self._names:
                    path += f" {_shown(self._names[part])} "
            else:
                path += f".{part}" if path else part
        return path.strip()


def nearest_language(value: str) -> str:
    """A suggestion for an invalid language code, such as `; nearest: "en"`; empty if there is none."""
    meant = iso_639_1(value)
    if meant is None and value[:2].lower() in ISO_639_1:
        meant = value[:2].lower()
    near = [meant] if meant else get_close_matches(value.lower(), sorted(ISO_639_1), 3, 0.5) if len(value) < 4 else []
    return f"; nearest: {', '.join(_shown(code) for code in near)}" if near else ""


def _shown(value: object) -> str:
    """A value in TOML syntax, shortened."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return "{…}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "…"


def _kind(value: object) -> str:
    names = {
        bool: "a boolean",
        int: "a whole number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")
