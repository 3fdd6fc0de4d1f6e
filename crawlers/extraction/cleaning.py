"""Lines that are not the article's, dropped by what they say and where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.extraction.author_names import agency_names, clean_names
from crawlers.extraction.line_rules import (
    LineRules,
    ends_sentence,
    is_truncated,
    line_rules,
    matching_rules,
    phrase_key,
)
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_PARAGRAPH = 120
"""Characters of a line that ends as a sentence does from which it is a paragraph: the head of a text ends there."""
_HEAD = 6
_TAIL = 8
"""Lines in which what stands only above or only below an article is looked for."""
_REPEATED_WITHIN = 2
"""First lines among which a repeated headline is looked for: a kicker or a date may stand above it."""
_TAIL_SHARE = 3
"""The tail is at most one in so many of the lines, and always the last of them."""
_LONG = 250
"""Characters of a finished line that is no teaser."""
_DIALOGUE = 3
"""Lines of a consent dialogue in front of a text from which it is one."""
_DIALOGUE_WITHIN = 80
_NAME = 60
_ABOUT = 15
"""Characters that are the least that is said of an author behind the name: "is a writer."."""
_BYLINE = 120
_MOSTLY = 0.8
"""Share of a byline that is names; the rest is "By", "and" and commas."""
_WORDS = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LINKED_TEXT = 30
"""Characters of a link that may be the headline of another article; shorter ones are names and labels."""
_LINKED_WORDS = 5
_MANY_LINKS = 0.34
"""Share of lines that are links from which the text is a list, in which they are the matter."""


def clean_text(text: str, language: str | None = None) -> str:
    """A text from elsewhere, headline first, without consent dialogue, adverts, bio and teasers; one line a paragraph.

    `language` (ISO 639-1) narrows the rules to that language's and the English ones. A text in which nothing is found
    comes out as it was but for blank lines and blanks.
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
    """The lines of a text from elsewhere whose headline is known, cleaned as `clean_text` does."""
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
    """The lines of an article alone.

    `is_title` says whether a line repeats the headline; `names` are folded names of its authors, site and section;
    `links` the folded texts of those lines that are one link each.
    """
    rules = rules or line_rules()
    said = {line: found for line in lines if (found := matching_rules(line, rules))}
    kept = _without_lists(lines, links, {line for line, found in said.items() if any(rule.opens for rule in found)})
    elsewhere = {line for line, found in said.items() if any(r.where == "anywhere" and not r.opens for r in found)}
    kept = [line for line in kept if line not in elsewhere]
    kept = _without_links(kept, links)
    return _without_tail(_without_head(kept, is_title, names, rules), names, rules)


def is_paragraph(line: str) -> bool:
    """Whether a line is long and ends as a sentence does."""
    return len(line) >= _PARAGRAPH and ends_sentence(line)


def _end_of_dialogue(lines: list[str], rules: LineRules) -> int:
    """Where a text begins behind the consent dialogue in front of it; 0 where there is none."""
    end = said = labels = 0
    for number, line in enumerate(lines[:_DIALOGUE_WITHIN], 1):
        kinds = {rule.kind for rule in matching_rules(line, rules)}
        if "consent" in kinds:
            said += 1
            if 2 * (said + labels) >= number:
                end = number
        elif kinds:
            labels += 1  # of the menu above the dialogue, of buttons in it
    return end if said >= _DIALOGUE else 0


def _without_lists(lines: list[str], links: Collection[str], openers: set[str]) -> list[str]:
    """Without headings over other articles, and these: all that follows where it is teasers to the end, else only the
    linked lines right behind."""
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
    if any(len(line) >= _LONG and ends_sentence(line) and not is_truncated(line) for line in lines):
        return False
    short = sum(not ends_sentence(line) or is_truncated(line) or match_key(line) in links for line in lines)
    return 2 * short >= len(lines)


def _without_links(lines: list[str], links: Collection[str]) -> list[str]:
    """Without lines that are the headline of another article, unless the text consists of such."""
    linked = [match_key(line) in links and not ends_sentence(line) for line in lines]
    if sum(linked) > _MANY_LINKS * len(lines):
        return lines
    return [
        line
        for line, is_link in zip(lines, linked, strict=True)
        if not (is_link and len(line) >= _LINKED_TEXT and len(line.split()) > _LINKED_WORDS)
        and not _ADDRESS.fullmatch(line)
    ]


def _without_head(
    lines: list[str], is_title: Callable[[str], bool], names: Collection[str], rules: LineRules
) -> list[str]:
    kept: list[str] = []
    paragraphs = 0
    for number, line in enumerate(lines):
        if number >= _HEAD or paragraphs > 1:
            return kept + lines[number:]
        if is_paragraph(line) and not is_title(line):
            paragraphs += 1
            kept.append(line)
            continue
        # Byline and date stand below a lead as often as above it; what else is short there is of the text.
        is_opening = _are_names(line, names) or _is_date(line, rules) or (is_title(line) and not paragraphs)
        if not (is_opening or any(rule.where == "head" for rule in matching_rules(line, rules))):
            if paragraphs:
                return kept + lines[number:]
            kept.append(line)
    return kept


def without_repeated(lines: list[str], titles: Collection[str], authors: Collection[str]) -> list[str]:
    """The lines without those on top that are the headline (`titles`, folded) or nothing but authors' names.

    A last look, when all else is cut: a kicker may stand above either. Never without any line.
    """
    names = {match_key(author) for author in authors}
    above = min(next((at for at, line in enumerate(lines) if is_paragraph(line)), len(lines)), _REPEATED_WITHIN)
    first = [line for line in lines[:above] if match_key(line) not in titles]
    kept = [line for line in [*first, *lines[above:_HEAD]] if not _are_names(line, names)]
    return [*kept, *lines[_HEAD:]] or lines


def _is_date(line: str, rules: LineRules) -> bool:
    """Whether a line is a date and nothing else, or one with the source behind it."""
    if len(line) > _NAME or not any(map(str.isdigit, line)):
        return False
    plain = phrase_key(line)
    for source in rules.sources:
        plain = plain.partition(source)[0]
    return any(map(str.isdigit, plain)) and all(word in rules.date_words for word in _WORDS.findall(plain))


def _without_tail(lines: list[str], names: Collection[str], rules: LineRules) -> list[str]:
    lines = _without_box(lines)
    start = max(len(lines) - max(min(_TAIL, len(lines) // _TAIL_SHARE), 1), 1)
    kept = lines[:start]
    for line in lines[start:]:
        if _are_names(line, names) or any(rule.where != "head" for rule in matching_rules(line, rules, in_tail=True)):
            continue
        if _is_bio(line, names):
            continue
        kept.append(line)
    return kept


def _are_names(line: str, names: Collection[str]) -> bool:
    """Whether a line is one of the names, or nothing but several of them, news agencies included."""
    folded = match_key(line)
    if folded in names:
        return True
    if len(line) > _BYLINE or ends_sentence(line) or not any(name in folded for name in names):
        return False
    parts = {match_key(part) for part in clean_names([line])}
    rules = {part for part in parts if part in names}
    return bool(rules) and parts - rules <= agency_names() and sum(map(len, parts)) >= _MOSTLY * len(folded)


def _is_bio(line: str, names: Collection[str]) -> bool:
    """Whether a line begins with an author's name and is no sentence of the article that quotes him."""
    folded = match_key(line)
    return any(folded.startswith(f"{name} ") for name in names if " " in name) and not set(line) & set(
        '"\u201c\u201d\u00ab\u00bb\u201e'
    )


def _without_box(lines: list[str]) -> list[str]:
    """Without a box on the author at the end: a name on a line of its own (or two), and a line that begins with it."""
    for number in range(max(len(lines) - 4, 1), len(lines) - 1):
        name = match_key(lines[number])
        if (
            len(lines[number]) <= _NAME
            and not ends_sentence(lines[number])
            and 2 <= len(name.split()) <= 5
            and match_key(lines[-1]).startswith(f"{name} ")
            and len(lines[-1]) >= len(lines[number]) + _ABOUT
        ):
            return lines[:number]
    return lines
