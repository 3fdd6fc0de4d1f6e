"""Phrases by which pages give themselves away, in many languages: data in TOML files beside this module.

A file holds one matter. In it a table is one kind of phrase, with a list of phrases per language.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(matter: str) -> dict[str, Any]:
    """One file as it stands."""
    return tomllib.loads(files(__name__).joinpath(f"{matter}.toml").read_text(encoding="utf-8"))


@cache
def phrases(matter: str, kind: str) -> tuple[str, ...]:
    """All phrases of one kind, the longest first, each once: `phrases("pages", "error_titles")`."""
    found = {phrase for listed in table(matter)[kind].values() for phrase in listed}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))
