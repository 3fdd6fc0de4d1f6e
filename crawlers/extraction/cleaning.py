"""Drop lines that do not belong to the article, by their text (`line_rules`) and their position."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.dates import find_dates
from crawlers.extraction.author_names import agency_keys, clean_names, without_addresses
from crawlers.extraction.line_rules import (
    LineRules,
    ends_sentence,
    is_truncated,
    line_rules,
    matching_rules,
)
from crawlers.extraction.text import match_key, phrase_key, single_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_MIN_PARAGRAPH = 120
"""Characters from which a line that ends like a sentence is a paragraph; the head of the text ends with it."""
_HEAD_LINES = 6
_TAIL_LINES = 8
"""Lines that are checked for what stands only above or only below an article."""
_REPEATED_HEADLINE_LINES = 2
"""First lines that are checked for a repeated headline: a kicker or a date may stand above it."""
_TAIL_SHARE = 3
"""The tail is at most the last third of the lines, and at least the last line."""
_MIN_SENTENCES = 250
"""Characters from which a line that ends like a sentence is not a teaser."""
_MIN_DIALOGUE_LINES = 3
"""Lines of a consent dialogue before a text from which it is one."""
_DIALOGUE_SEARCH_LINES = 80
_MAX_NAME_LENGTH = 60
_MIN_BIO = 15
"""Characters of the shortest bio after an author's name: "is a writer."."""
_MAX_BYLINE_LENGTH = 120
_BRACKETS = " ()[]（）［］【】/="
_MAX_JOB_TITLE = 12
"""Characters beside each name in a line that signs the article: "By", a job title."""
_MIN_NAME_SHARE = 0.8
"""Share of names in a byline; the rest is "By", "and" and commas."""
_WORDS = re.compile(r"[^\W\d_]+")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MIN_LINKED_HEADLINE = 30
"""Characters from which the text of a link may be the headline of another article; shorter links are names and
labels."""
_MAX_LABEL_WORDS = 5
_MAX_LINK_SHARE = 0.34
"""Share of links among the lines from which the text is a list, and the links belong to it."""


def clean_text(text: str, language: str | None = None) -> str:
    """Clean a plain text that begins with its headline: drop consent dialogues, adverts, bios and teasers.

    Each line of the result is a paragraph. `language` (ISO 639-1) limits the rules to that language and English. If
    there is nothing to drop, only blank lines and superfluous spaces are removed.
    """
    rules = line_rules(language)
    lines = [line for raw in text.splitlines() if (line := single_line(raw))]
    lines = lines[_end_of_dialogue(lines, rules) :]
    while len(lines) > 1 and any(rule.kind in ("widgets", "consent") for rule in matching_rules(lines[0], rules)):
        del lines[0]
    if not lines:
        return ""
    headline = match_key(lines[0])
    return "\n".join([lines[0], *clean_lines(lines[1:], lambda line: match_key(line) == headline, rules=rules)])


def clean_body(lines: list[str], headline: str, language: str | None = None) -> list[str]:
    """Clean the lines of a plain text whose headline is known, as `clean_text` does."""
    rules = line_rules(language)
    title = match_key(headline)
    return clean_lines(lines[_end_of_dialogue(lines, rules) :], lambda line: match_key(line) == title, rules=rules)


def clean_lines(
    lines: list[str],
    is_title: Callable[[str], bool],
    *,
    names: Collection[str] = (),
    links: Collection[str] = (),
    rules: LineRules | None = None,
) -> list[str]:
    """Drop the lines that do not belong to the article.

    `is_title` tells whether a line repeats the headline. `names` are match keys of the names of its authors, site and
    section, `links` those of the lines that are a link.
    """
    rules = rules or line_rules()
    matched = {line: found for line in lines if (found := matching_rules(line, rules))}
    kept = _without_lists(lines, links, {line for line, found in matched.items() if any(rule.opens for rule in found)})
    anywhere = {line for line, found in matched.items() if any(r.where == "anywhere" and not r.opens for r in found)}
    kept = [line for line in kept if line not in anywhere]
    kept = _without_links(kept, links)
    return _without_tail(_without_head(kept, is_title, names, rules), names, rules)


def is_paragraph(line: str) -> bool:
    """True for a long line that ends like a sentence."""
    return len(line) >= _MIN_PARAGRAPH and ends_sentence(line)


def _end_of_dialogue(lines: list[str], rules: LineRules) -> int:
    """The number of lines up to the end of a consent dialogue before the text; 0 if there is none."""
    end = consent_lines = labels = 0
    for number, line in enumerate(lines[:_DIALOGUE_SEARCH_LINES], 1):
        kinds = {rule.kind for rule in matching_rules(line, rules)}
        if "consent" in kinds:
            consent_lines += 1
            if 2 * (consent_lines + labels) >= number:
                end = number
        elif kinds:
            labels += 1  # of a menu above the dialogue or of its buttons
    return end if consent_lines >= _MIN_DIALOGUE_LINES else 0


def _without_lists(lines: list[str], links: Collection[str], openers: set[str]) -> list[str]:
    """Drop headings of lists of other articles with their lists: all following lines if they are teasers, otherwise the
    links directly after the heading."""
    kept: list[str] = []
    before = 0
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if line not in openers:
            kept.append(line)
            before += len(line)
            continue
        rest = lines[position:]
        if before and _are_teasers(rest, links) and sum(map(len, rest)) <= before:
            break
        while position < len(lines) and match_key(lines[position]) in links:
            position += 1
    return kept


def _are_teasers(lines: list[str], links: Collection[str]) -> bool:
    if any(len(line) >= _MIN_SENTENCES and ends_sentence(line) and not is_truncated(line) for line in lines):
        return False
    short = sum(not ends_sentence(line) or is_truncated(line) or match_key(line) in links for line in lines)
    return 2 * short >= len(lines)


def _without_links(lines: list[str], links: Collection[str]) -> list[str]:
    """Drop the headlines of other articles and bare URLs, unless the text is a list of links."""
    linked = [bool(links) and not ends_sentence(line) and match_key(line) in links for line in lines]
    if sum(linked) > _MAX_LINK_SHARE * len(lines):
        return lines
    return [
        line
        for line, is_link in zip(lines, linked, strict=True)
        if not (is_link and len(line) >= _MIN_LINKED_HEADLINE and len(line.split()) > _MAX_LABEL_WORDS)
        and not _URL.fullmatch(line)
    ]


def _without_head(
    lines: list[str], is_title: Callable[[str], bool], names: Collection[str], rules: LineRules
) -> list[str]:
    kept: list[str] = []
    paragraphs = 0
    for number, line in enumerate(lines):
        if number >= _HEAD_LINES or paragraphs > 1:
            return kept + lines[number:]
        if is_paragraph(line) and not is_title(line):
            paragraphs += 1
            kept.append(line)
            continue
        # Byline and date stand below the lead as often as above it; other short lines there belong to the text.
        is_opening = _are_names(line, names) or _is_date(line, rules) or (is_title(line) and not paragraphs)
        if not (is_opening or any(rule.where == "head" for rule in matching_rules(line, rules))):
            if paragraphs:
                return kept + lines[number:]
            kept.append(line)
    return kept


def without_repeated(lines: list[str], titles: Collection[str], authors: Collection[str]) -> list[str]:
    """Drop first lines that repeat the headline (`titles`: match keys) or consist of authors' names, perhaps with a
    date, and a last line that consists of names.

    This comes after all other cleaning, because a kicker may stand above either. At least one line is kept.
    """
    names = {match_key(author) for author in authors}
    above = min(next((at for at, line in enumerate(lines) if is_paragraph(line)), len(lines)), _REPEATED_HEADLINE_LINES)
    first = [line for line in lines[:above] if match_key(line) not in titles]
    kept = [line for line in [*first, *lines[above:_HEAD_LINES]] if not is_signature(line, names)]
    kept += lines[_HEAD_LINES:]
    if len(kept) > 1 and is_signature(kept[-1], names):
        del kept[-1]
    return kept or lines


def is_signature(line: str, names: Collection[str]) -> bool:
    """True for a line that consists of authors (`names`: match keys), with an address, a job title or a date."""
    if len(line) > _MAX_BYLINE_LENGTH or not names:
        return False
    if _are_names(line, names):
        return True
    text = without_addresses(line).strip(_BRACKETS)
    if dates := find_dates(text):
        words = text.split()
        text = " ".join(words[: len(dates[0].before.split())]) if dates[0].others < len(words) - 1 else ""
    signed = clean_names([text])
    keys = {match_key(name) for name in signed}
    rest = len(match_key(text)) - sum(map(len, keys))
    return bool(keys) and all(key in names for key in keys) and rest <= _MAX_JOB_TITLE * len(keys)


def _is_date(line: str, rules: LineRules) -> bool:
    """True for a line that is a date, alone or followed by the source."""
    if len(line) > _MAX_NAME_LENGTH or not any(map(str.isdigit, line)):
        return False
    key = phrase_key(line)
    for source in rules.sources:
        key = key.partition(source)[0]
    return any(map(str.isdigit, key)) and all(word in rules.date_words for word in _WORDS.findall(key))


def _without_tail(lines: list[str], names: Collection[str], rules: LineRules) -> list[str]:
    lines = _without_box(lines)
    start = max(len(lines) - max(min(_TAIL_LINES, len(lines) // _TAIL_SHARE), 1), 1)
    kept = lines[:start]
    for line in lines[start:]:
        if _are_names(line, names) or any(rule.where != "head" for rule in matching_rules(line, rules, in_tail=True)):
            continue
        if _is_bio(line, names):
            continue
        kept.append(line)
    return kept


def _are_names(line: str, names: Collection[str]) -> bool:
    """True for a line that is one of the names, or consists of several of them, news agencies included."""
    key = match_key(line)
    if key in names:
        return True
    if len(line) > _MAX_BYLINE_LENGTH or ends_sentence(line) or not any(name in key for name in names):
        return False
    parts = {match_key(part) for part in clean_names([line])}
    rules = {part for part in parts if part in names}
    return bool(rules) and parts - rules <= agency_keys() and sum(map(len, parts)) >= _MIN_NAME_SHARE * len(key)


def _is_bio(line: str, names: Collection[str]) -> bool:
    """True for a line that begins with an author's name and contains no quotation, as the article's sentences may."""
    key = match_key(line)
    return any(key.startswith(f"{name} ") for name in names if " " in name) and not set(line) & set(
        '"\u201c\u201d\u00ab\u00bb\u201e'
    )


def _without_box(lines: list[str]) -> list[str]:
    """Drop an author box at the end: a line with a name, perhaps another line, and a line that begins with the name."""
    for number in range(max(len(lines) - 4, 1), len(lines) - 1):
        name = match_key(lines[number])
        if (
            len(lines[number]) <= _MAX_NAME_LENGTH
            and not ends_sentence(lines[number])
            and 2 <= len(name.split()) <= 5
            and match_key(lines[-1]).startswith(f"{name} ")
            and len(lines[-1]) >= len(lines[number]) + _MIN_BIO
        ):
            return lines[:number]
    return lines
