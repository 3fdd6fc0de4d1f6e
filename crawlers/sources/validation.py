"""Collects the problems in a `sources.toml`, each with its key, its line and what is allowed."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from datetime import date, time
from difflib import get_close_matches
from functools import cached_property
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
MAX_PROBLEMS = 100
"""Mistakes that are reported of one file; validation ends there."""

_HEADER = re.compile(r"\s*\[{1,2}\s*[\"']?([\w-]+)")
_ARRAY_HEADER = re.compile(r"\s*\[\[\s*[\"']?([\w-]+)[\"']?\s*\]\]")
_NAME = re.compile(r"\s*(?:\[\[?\s*)?(?:\"([^\"]*)\"|'([^']*)'|([\w-]+))\s*[=.\]]")
_NOWHERE: Mapping[str, str] = {}
_MAX_SHOWN_CHARS = 120  # of an invalid value in a message


class ProblemCollector:
    """Collects the problems of one file."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text
        self.problems: list[Problem] = []
        self._names: dict[int, str] = {}
        self._lines_of: dict[tuple[int, int], dict[str, int]] = {}

    def add(self, key: Key, found: str, allowed: str, line: int | None = None) -> None:
        """Add a problem; finds the line of the key if none is given. Raises SourcesError beyond `MAX_PROBLEMS`."""
        if len(self.problems) == MAX_PROBLEMS:
            raise self.error(has_more=True)
        self.problems.append(Problem(self.file, self._path(key), found, allowed, line or self.line(key)))

    def wrong_type(self, key: Key, value: object, allowed: str) -> None:
        """Add the problem that a value has the wrong type."""
        self.add(key, f"{_shown(value)} ({_kind(value)})", allowed)

    def unknown_keys(
        self, key: Key, table: Iterable[str], known: Collection[str], elsewhere: Mapping[str, str] = _NOWHERE
    ) -> None:
        """Add a problem for every unknown key of a table; `elsewhere` has the tables of keys of other tables."""
        for name in table:
            if name in known:
                continue
            if name in elsewhere:
                self.add((*key, name), "a key of another table", f"this key under {elsewhere[name]}")
                continue
            near = get_close_matches(name, known, 1)
            allowed = f"one of {', '.join(known)}" + (f"; nearest: {near[0]}" if near else "")
            self.add((*key, name), "an unknown key", allowed)

    def check(
        self, model: type[_Model], key: Key, table: Mapping[str, object], elsewhere: Mapping[str, str] = _NOWHERE
    ) -> _Model | None:
        """The table as a model, or None after adding its problems."""
        if isinstance(key[-1], int) and isinstance(name := table.get("name"), str):
            self._names[key[-1]] = name
        self.unknown_keys(key, table, model.model_fields, elsewhere)
        try:
            return model.model_validate(table)
        except ValidationError as error:
            for mistake in error.errors():
                place: Key = mistake["loc"]
                if mistake["type"] != "extra_forbidden":
                    field = model.model_fields.get(str(place[0])) if place else None
                    self._mistake((*key, *place), mistake, (field.description if field else None) or "")
            return None

    def error(self, *, has_more: bool = False) -> SourcesError:
        """The exception with all problems, in the order of their lines."""
        return SourcesError(sorted(self.problems, key=lambda problem: problem.line or 0), has_more=has_more)

    def line(self, key: Key) -> int | None:
        """The line of a key, from 1. Searches the text for the usual layout, because the parser reports no lines."""
        start, end, rest = 0, len(self._lines), key
        if len(key) > 1:
            is_array = isinstance(key[1], int)
            index, rest = (int(key[1]), key[2:]) if is_array else (0, key[1:])
            headers = self._headers[is_array].get(str(key[0]), ())
            if index >= len(headers):
                return None
            start = headers[index]
            following = bisect_right(self._all_headers, start)
            end = self._all_headers[following] if following < len(self._all_headers) else end
        if not rest:
            return start + 1 if key else None
        at = self._names_in(start, end).get(str(rest[0]))
        return start + 1 if at is None and len(key) > 1 else at + 1 if at is not None else None

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def _all_headers(self) -> list[int]:
        return [number for number, line in enumerate(self._lines) if _HEADER.match(line)]

    @cached_property
    def _headers(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """The lines of the headers by name: of all tables, and of those in double brackets."""
        found: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        for number in self._all_headers:
            for by_name, header in zip(found, (_HEADER, _ARRAY_HEADER), strict=True):
                if match := header.match(self._lines[number]):
                    by_name.setdefault(match[1], []).append(number)
        return found

    def _names_in(self, start: int, end: int) -> dict[str, int]:
        """The first line of each key or table that begins in these lines. Each range is read once."""
        if (start, end) not in self._lines_of:
            names = self._lines_of[start, end] = {}
            for number in range(start, end):
                if match := _NAME.match(self._lines[number]):
                    names.setdefault(match[match.lastindex or 0], number)
        return self._lines_of[start, end]

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
    if isinstance(value, str):
        value = value[: _MAX_SHOWN_CHARS + 1]
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
