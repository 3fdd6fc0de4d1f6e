"""Read the phrases that extraction looks for in pages, in many languages: the TOML files beside this module.

Each file has one topic. Each table in it is one kind of phrase, with a list of phrases per language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict, cast

Phrases = Mapping[str, list[str]]
"""Phrases by language."""

LineRuleFile = TypedDict(
    "LineRuleFile",
    {
        "where": str,
        "longest": int,
        "unfinished": NotRequired[bool],
        "opens": NotRequired[bool],
        "is": NotRequired[Phrases],
        "starts": NotRequired[Phrases],
        "ends": NotRequired[Phrases],
        "holds": NotRequired[Phrases],
        "dates": NotRequired[Phrases],
        "sources": NotRequired[Phrases],
        "examples": Phrases,
    },
)
"""One `line-*.toml` (see `line_rules`); `examples` are lines that the rules drop (`lines`) and keep (`kept`)."""


def _load(name: str) -> Mapping[str, object]:
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def read_phrases(topic: str) -> Mapping[str, Phrases]:
    """The phrases of one file, by kind and language."""
    return cast("Mapping[str, Phrases]", _load(topic))


@cache
def read_line_rules(kind: str) -> LineRuleFile:
    """One file of line rules."""
    return cast("LineRuleFile", _load(f"line-{kind}"))


@cache
def phrases(topic: str, kind: str) -> tuple[str, ...]:
    """All phrases of one kind without repetitions, the longest first: `phrases("pages", "error_titles")`."""
    found = {phrase for listed in read_phrases(topic)[kind].values() for phrase in listed}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))
