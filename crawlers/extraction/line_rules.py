"""The rules by which a line is not the article's: data in `rules/line-*.toml`, one kind a file.

A file says where its lines stand (`where`: anywhere, head, tail), how long they are at most (`longest`, characters),
whether they must not end as a sentence does (`unfinished`) and whether they are headings over what is not the
article's either (`opens`). Its phrases, by language, are what a line is as a whole (`is`, compared without case and
punctuation), begins with (`starts`), ends with (`ends`) or holds (`holds`, asked of lines in the tail only: phrases
that an article may well hold itself).
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from crawlers.extraction.text import DOTTED_I, match_key

KINDS = ("related", "promotion", "widgets", "consent", "credits", "opening", "sections")
_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_ENDS_OF_SENTENCES = frozenset(".!?\u2026\u3002\uff01\uff1f\u0964\u061f\u06d4")
_CLOSING = "\"'\u201d\u2019\u00bb\u203a\u300d\u300f)]\u201c"
_INDEXED = 2
"""Characters by which the beginnings of lines are looked up."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """What a file of rules says beside its phrases."""

    kind: str
    where: str
    longest: int
    unfinished: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class LineRules:
    """All rules, indexed so that a line costs a few look-ups rather than a search per phrase."""

    whole: dict[str, tuple[LineRule, ...]]
    starts: dict[str, tuple[tuple[str, LineRule], ...]]
    ends: tuple[tuple[str, LineRule], ...]
    holds: tuple[tuple[str, LineRule], ...]
    date_words: frozenset[str]
    sources: tuple[str, ...]


@cache
def table(kind: str) -> dict[str, Any]:
    """One file of rules as it stands."""
    return tomllib.loads(files("crawlers.extraction.rules").joinpath(f"line-{kind}.toml").read_text(encoding="utf-8"))


@cache
def line_rules(language: str | None = None) -> LineRules:
    """The rules of every language; of one and English with it where a language (ISO 639-1) is given."""
    whole: dict[str, list[LineRule]] = defaultdict(list)
    starts: dict[str, list[tuple[str, LineRule]]] = defaultdict(list)
    ends: list[tuple[str, LineRule]] = []
    holds: list[tuple[str, LineRule]] = []
    dates: set[str] = set()
    sources: set[str] = set()

    def phrases(listed: dict[str, list[str]]) -> list[str]:
        return [
            phrase for code, found in listed.items() if language is None or code in (language, "en") for phrase in found
        ]

    for kind in KINDS:
        said = table(kind)
        rule = LineRule(
            kind, said["where"], said["longest"], bool(said.get("unfinished", False)), bool(said.get("opens", False))
        )
        for phrase in phrases(said.get("is", {})):
            whole[match_key(phrase)].append(rule)
        for phrase in phrases(said.get("starts", {})):
            plain = phrase_key(phrase)
            starts[plain[:_INDEXED]].append((plain, rule))
        ends += [(phrase_key(phrase), rule) for phrase in phrases(said.get("ends", {}))]
        holds += [(phrase_key(phrase), rule) for phrase in phrases(said.get("holds", {}))]
        dates.update(phrase_key(phrase) for phrase in phrases(said.get("dates", {})))
        sources.update(phrase_key(phrase) for phrase in phrases(said.get("sources", {})))
    return LineRules(
        {phrase: tuple(found) for phrase, found in whole.items()},
        {start: tuple(found) for start, found in starts.items()},
        tuple(ends),
        tuple(holds),
        frozenset(dates),
        tuple(sorted(sources)),
    )


def phrase_key(text: str) -> str:
    """A text in one case, with straight quotes and plain dashes; punctuation stays."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().replace(DOTTED_I, "i").translate(_STRAIGHT)


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    return line.rstrip(_CLOSING)[-1:] in _ENDS_OF_SENTENCES


def is_truncated(line: str) -> bool:
    """Whether a line ends in the dots of a text that goes on elsewhere."""
    return line.endswith(("...", "\u2026"))


def matching_rules(line: str, rules: LineRules, *, in_tail: bool = False) -> list[LineRule]:
    """The rules that a line answers to, wherever it stands; those by what it holds only with `in_tail`."""
    longest = 600
    if len(line) > longest:
        return []
    plain = phrase_key(line)
    found = [
        rule
        for length in range(1, _INDEXED + 1)
        for start, rule in rules.starts.get(plain[:length], ())
        if plain.startswith(start) and _ends_a_word(plain, len(start))
    ]
    found += [rule for end, rule in rules.ends if plain.endswith(end)]
    if len(line) <= 120:
        found += rules.whole.get(match_key(line), ())
    if in_tail:
        found += [rule for phrase, rule in rules.holds if phrase in plain]
    finished = ends_sentence(line)
    return [rule for rule in found if len(line) <= rule.longest and not (rule.unfinished and finished)]


def _ends_a_word(text: str, end: int) -> bool:
    """Scripts without blanks have no word ends to look for."""
    before = text[end - 1 : end]
    return not (before.isalnum() and text[end : end + 1].isalnum()) or before >= "\u3040"
