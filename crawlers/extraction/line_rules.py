"""Load and match the rules for lines that do not belong to an article: `rules/line-*.toml`, one file per kind.

Settings of a file: where its lines stand (`where`: anywhere, head or tail), their maximum length in characters
(`longest`), whether a line that ends like a sentence is exempt (`unfinished`), and whether they are headings of lists
that do not belong to the article either (`opens`). Its phrases, by language, are the whole line (`is`, compared
without case and punctuation), its beginning (`starts`), its end (`ends`) or any part of it (`holds`; only for lines in
the tail, because an article may contain such a phrase itself).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from crawlers.extraction.rules import Phrases, read_line_rules
from crawlers.extraction.text import match_key, phrase_key, spellings

KINDS = ("related", "promotion", "widgets", "consent", "credits", "opening", "sections")
_SENTENCE_ENDS = frozenset(".!?\u2026\u3002\uff01\uff1f\u0964\u061f\u06d4")
_CLOSING_MARKS = "\"'\u201d\u2019\u00bb\u203a\u300d\u300f)]\u201c"
_INDEXED_CHARACTERS = 2
"""Beginnings of lines are looked up by this many characters."""
_FIRST_KANA = "\u3040"
_MAX_LENGTH = 600
_MAX_WHOLE_LENGTH = 120
"""Characters of a line that is compared as a whole."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """The settings of a rule file."""

    kind: str
    where: str
    longest: int
    unfinished: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class LineRules:
    """The rules, indexed so that a line takes a few look-ups instead of a search per phrase."""

    whole: dict[str, tuple[LineRule, ...]]
    starts: dict[str, tuple[tuple[str, LineRule], ...]]
    ends: tuple[tuple[str, LineRule], ...]
    any_end: tuple[str, ...]
    """The texts of `ends`: most lines have none of them, which takes one look."""
    holds: tuple[tuple[str, LineRule], ...]
    date_words: frozenset[str]
    sources: tuple[str, ...]


@cache
def line_rules(language: str | None = None) -> LineRules:
    """The rules for all languages or, if a language (ISO 639-1) is given, for that language and English."""
    whole: dict[str, list[LineRule]] = defaultdict(list)
    starts: dict[str, list[tuple[str, LineRule]]] = defaultdict(list)
    ends: list[tuple[str, LineRule]] = []
    holds: list[tuple[str, LineRule]] = []
    dates: set[str] = set()
    sources: set[str] = set()

    def phrases(listed: Phrases) -> list[str]:
        return [
            phrase for code, found in listed.items() if language is None or code in (language, "en") for phrase in found
        ]

    for kind in KINDS:
        file = read_line_rules(kind)
        rule = LineRule(kind, file["where"], file["longest"], file.get("unfinished", False), file.get("opens", False))
        for phrase in phrases(file.get("is", {})):
            for key in spellings(match_key(phrase)):
                whole[key].append(rule)
        for phrase in phrases(file.get("starts", {})):
            for key in spellings(phrase_key(phrase)):
                starts[key[:_INDEXED_CHARACTERS]].append((key, rule))
        ends += [(phrase_key(phrase), rule) for phrase in phrases(file.get("ends", {}))]
        holds += [(phrase_key(phrase), rule) for phrase in phrases(file.get("holds", {}))]
        dates.update(phrase_key(phrase) for phrase in phrases(file.get("dates", {})))
        sources.update(phrase_key(phrase) for phrase in phrases(file.get("sources", {})))
    return LineRules(
        {phrase: tuple(found) for phrase, found in whole.items()},
        {start: tuple(found) for start, found in starts.items()},
        tuple(ends),
        tuple(end for end, _ in ends),
        tuple(holds),
        frozenset(dates),
        tuple(sorted(sources)),
    )


def ends_sentence(line: str) -> bool:
    """True for a line that ends like a sentence."""
    return line.rstrip(_CLOSING_MARKS)[-1:] in _SENTENCE_ENDS


def is_truncated(line: str) -> bool:
    """True for a line that ends with the ellipsis of a text that continues elsewhere."""
    return line.endswith(("...", "\u2026"))


def matching_rules(line: str, rules: LineRules, *, in_tail: bool = False) -> list[LineRule]:
    """The rules that a line matches, whatever its position; rules with `holds` match only with `in_tail`."""
    if len(line) > _MAX_LENGTH:
        return []
    key = phrase_key(line)
    found = [
        rule
        for length in range(1, _INDEXED_CHARACTERS + 1)
        for start, rule in rules.starts.get(key[:length], ())
        if key.startswith(start) and _ends_word(key, len(start))
    ]
    if key.endswith(rules.any_end):
        found += [rule for end, rule in rules.ends if key.endswith(end)]
    if len(line) <= _MAX_WHOLE_LENGTH:
        found += rules.whole.get(match_key(line), ()) or _of_cells(line, rules)
    if in_tail:
        found += [rule for phrase, rule in rules.holds if phrase in key]
    finished = ends_sentence(line)
    return [rule for rule in found if len(line) <= rule.longest and not (rule.unfinished and finished)]


def _of_cells(line: str, rules: LineRules) -> tuple[LineRule, ...]:
    """The rules of a row of a table, or of links between bars, in which each part is such a line."""
    parts = line.split(" | ")
    found = [rules.whole.get(match_key(part), ()) for part in parts] if len(parts) > 1 else [()]
    return found[0] if all(found) else ()


def _ends_word(text: str, end: int) -> bool:
    """True if a word ends there; always in East Asian scripts, where a phrase may be followed by more of the word."""
    before = text[end - 1 : end]
    return not (before.isalnum() and text[end : end + 1].isalnum()) or before >= _FIRST_KANA
