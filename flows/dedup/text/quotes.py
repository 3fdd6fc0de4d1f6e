"""Splits a text into what it quotes and what it says itself, in the quotation marks of any language."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = "„‚「『《〈﹁﹃"
_CLOSING = "」』》〉﹂﹄"
_DOUBLE = '"“”‟«»'
_SINGLE = "'‘’‛‹›`´"  # apostrophes look the same
_APOSTROPHES = frozenset("'‘’`´")
_MARKS = re.compile(f"[{_OPENING}{_CLOSING}{_DOUBLE}{_SINGLE}]+")
_SINGLE_END = re.compile(r"['’](?!\w)")


def split_quotes(text: str) -> list[tuple[str, bool]]:
    """The parts of a text between quotation marks, in its order, and whether each of them is a quotation.

    The marks are not in the parts. What opens a quotation in one language closes it in another (“English”, „deutsch“,
    »dansk«, ”svenska”), so a mark opens if a word follows it, and closes if a word precedes it. A quotation that
    nothing closes ends with its line: in a quotation of several paragraphs only the last one is closed.
    """
    return [part for line in unicodedata.normalize("NFKC", text).split("\n") for part in _parts(line)]


def _parts(line: str) -> Iterator[tuple[str, bool]]:
    begin = 0
    opened = in_single = False  # whether a quotation is open, and in single marks
    last_end = max((found.start() for found in _SINGLE_END.finditer(line)), default=-1)
    for found in _MARKS.finditer(line):
        mark = found[0]
        before, after = line[found.start() - 1 : found.start()], line[found.end() : found.end() + 1]
        if before.isalnum() and after.isalnum() and _APOSTROPHES.issuperset(mark):
            continue
        single = len(mark) == 1 and mark in _SINGLE
        opens = _opens(mark, before, after, is_open=opened)
        # An apostrophe neither opens a quotation within another one nor closes one in double marks.
        if opens == opened or (opened and single != in_single):
            continue
        if opens and single and mark != "‘" and last_end < found.end():
            continue
        yield line[begin : found.start()], opened
        begin, opened, in_single = found.end(), opens, single
    yield line[begin:], opened


def _opens(mark: str, before: str, after: str, *, is_open: bool) -> bool:
    if mark[-1] in _OPENING or mark[0] in _CLOSING:
        return mark[-1] in _OPENING
    free_before, free_after = not before.strip(), not after.strip()
    if free_before != free_after:
        return free_before
    if free_before:  # « French », or marks between spaces
        return mark[0] in "«“‘‹" or (mark[0] not in "»”’›" and not is_open)
    if before.isalnum() != after.isalnum():
        return after.isalnum()
    return not is_open
