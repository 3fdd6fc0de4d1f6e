"""Rank the dates that a page shows, for pages that do not state when they were published.

Every date in the text of the page is a candidate, except those in menus, comments and other articles, and those in
prose that does not speak of the publication. What stands beside the text may be another article: there, links far from
the headline tell. The evidence says where each date is: relative to the headline, in its line, among the other dates. A
logistic regression adds it up. Its weights are in `shown-dates.json`, made by `benchmarks/training/dates.py` from
public collections of pages with their dates. The evidence depends on the language only by the labels in
`rules/dates.toml`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, TypedDict

from lxml import etree

from crawlers.dates import days_in_url, find_dates, parse_date
from crawlers.extraction.headline_dates import (
    MAX_OTHER_WORDS,
    find_headline,
    has_label,
    has_teaser,
    is_in_sentence,
    is_named_modified,
)
from crawlers.extraction.page_regions import INLINE, NOT_CONTENT, is_other_content, is_side_content
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.dates import ParsedDate
    from crawlers.extraction.elements import Elements

_DIGIT = re.compile(r"\d")
_IN_LINE = INLINE - {"br"}
_PARAGRAPH = 25
"""Words from which a line is a paragraph of the text or the lead."""
_MAX_SEARCHED = 250
"""Characters of a line in which dates are searched: `find_dates` reads no longer ones."""
_AROUND = 60
"""Characters before and after a date that may call it the publication: "was posted on 5 May 2026", "am 5. Mai 2026 um
12:00 Uhr veröffentlicht"."""
_SHORT_YEAR = re.compile(r"(?<![\d./])(\d{1,2}([./])\d{1,2}\2)(\d\d)(?![\d./:])")
"""A date like 28.1.22 or 1/28/22, whose year is of this century: older pages did not write their day like this."""
_MAX_LABEL = 5
"""Words of a line that may be the label of the date in the next one."""
_NEAR = 3
"""Lines from the headline, before the text, in which links lead to authors and sections, not to other articles."""
_MAX_DATED = 100
"""Dates that are weighed, the first ones of the page. A crafted page takes 0.2 s."""
_MAX_EXAMINED = 400
"""Lines with a digit that are searched for dates."""
_DEEPEST = 12
_LABELS = ("published", "modified", "other")


class Weights(TypedDict):
    """`shown-dates.json`: `base` and `weights` give a score (log odds). A date below `limit` is not taken; from `sure`
    on, it comes before what the page states in general words."""

    base: float
    limit: float
    sure: float
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    holder: HtmlElement
    """The innermost element around the line that is not part of one."""
    times: tuple[HtmlElement, ...]


@dataclass(frozen=True, slots=True)
class _DateInLine:
    origin: str
    parsed: ParsedDate
    label: str
    """The match key of the text before it."""
    others: int
    """Words of the line that are not dates."""
    is_modified: bool
    """True if classes call it a modification."""
    has_short_year: bool = False
    """True if a year of the line has two digits."""


@dataclass(slots=True)
class ShownDate:
    """A date that the page shows, with its origin (`time` or `text`)."""

    origin: str
    parsed: ParsedDate
    evidence: dict[str, float]

    @property
    def score(self) -> float:
        """What speaks for the publication, as log odds."""
        used = _weights()
        return used["base"] + sum(used["weights"][name] * value for name, value in self.evidence.items())

    @property
    def is_sure(self) -> bool:
        """True if much more speaks for the publication than against it."""
        return self.score >= _weights()["sure"]


def rank_shown_dates(elements: Elements, language: str, url: str) -> list[ShownDate]:
    """The dates that may be the publication, the most probable first. Modifications come after what is labelled as the
    publication."""
    found = [one for one in find_shown_dates(elements, language, url) if one.score >= _weights()["limit"]]
    is_labelled = any(one.evidence["labelled published"] for one in found)
    return sorted(found, key=lambda one: (is_labelled and one.evidence["labelled modified"], -one.score))


@cache
def _weights() -> Weights:
    """The weights, read once."""
    weights: Weights = json.loads(files("crawlers.extraction").joinpath("shown-dates.json").read_text(encoding="utf-8"))
    return weights


def find_shown_dates(elements: Elements, language: str, url: str) -> list[ShownDate]:
    """The dates in the text of a page in this language (empty if it is unknown), in order."""
    headline = find_headline(elements)
    lines, headline_at = _read_lines(elements.root, headline)
    above = {headline, *headline.iterancestors()} if headline is not None else set()
    paragraphs_to_headline = sum(_is_paragraph(line) for line in lines[:headline_at])
    found: list[ShownDate] = []
    paragraphs = examined = 0
    for number, line in enumerate(lines):
        paragraphs += _is_paragraph(line)
        if not (line.times or _DIGIT.search(line.text)):
            continue
        examined += 1
        if examined > _MAX_EXAMINED or len(found) >= _MAX_DATED:
            break
        dates = list(islice(_dates_of(line, language), _MAX_DATED - len(found)))
        if not dates:
            continue
        chain = [line.holder, *line.holder.iterancestors()]
        after = number - headline_at
        before = lines[number - 1].text if number else ""
        is_label = len(before.split()) <= _MAX_LABEL and not _DIGIT.search(before)
        heading = match_key(before) if is_label else ""
        tags = {element.tag for element in chain}
        depth = next((down for down, element in enumerate(chain) if element in above), _DEEPEST)
        parent = line.holder.getparent()
        others = [one for one in chain if one not in above and is_other_content(one)]
        if others:
            is_near = abs(after) <= _NEAR and paragraphs == paragraphs_to_headline
            has_link = parent is not None and next(parent.iter("a"), None) is not None
            if not all(map(is_side_content, others)) or (has_link and not is_near):
                continue
        shared = {
            "after the headline": float(headline is not None and after >= 0),
            "lines after the headline": math.log1p(max(0, after)),
            "lines before the headline": math.log1p(max(0, -after)),
            "below a paragraph": float(paragraphs > paragraphs_to_headline),
            "depth below what it shares with the headline": float(min(depth, _DEEPEST)),
            "in a table": float("table" in tags),
            "in a list": float("li" in tags),
            "beside another headline": float(parent is not None and has_teaser(parent)),
        }
        for place, one in enumerate(dates):
            labels = {kind: float(has_label(kind, one.label) or has_label(kind, heading)) for kind in _LABELS}
            labels["modified"] = max(labels["modified"], float(one.is_modified))
            found.append(
                ShownDate(
                    one.origin,
                    one.parsed,
                    shared
                    | {f"labelled {kind}": value for kind, value in labels.items()}
                    | {
                        "place among the dates of its line": float(place),
                        "year of two digits": float(one.has_short_year),
                        "other words of its line": math.log1p(one.others),
                        "with a clock time": float(one.parsed.exact or one.parsed.at.hour + one.parsed.at.minute > 0),
                    },
                )
            )
    _compare(found, url)
    return found


def _compare(found: list[ShownDate], url: str) -> None:
    """Add to each date how it stands among the others, and whether the URL agrees."""
    days = Counter(one.parsed.day for one in found)
    span = days_in_url(url)
    first = next((number for number, one in enumerate(found) if one.evidence["after the headline"]), len(found))
    for number, one in enumerate(found):
        day = one.parsed.day
        in_url = span is not None and span[0] <= day <= span[1]
        one.evidence |= {
            "dates of the page": math.log(len(found)),
            "dates of its day": math.log(days[day]),
            "only day": float(len(days) == 1),
            "latest day": float(len(days) > 1 and day == max(days)),
            "earliest day": float(len(days) > 1 and day == min(days)),
            "first after the headline": float(number == first),
            "dates between the headline and it": math.log1p(max(0, number - first)),
            "in the URL": float(in_url),
            "URL has another": float(span is not None and not in_url),
        }


def _dates_of(line: _Line, language: str) -> Iterator[_DateInLine]:
    """The dates of a line: those of its `time` elements, else those in its text."""
    times = [
        (time, parsed) for time in line.times[:_MAX_DATED] if (parsed := parse_date(time.get("datetime"), language))
    ]
    for time, parsed in times:
        shown = " ".join(time.text_content().split())
        label = line.text.partition(shown)[0] if shown else ""
        others = len(line.text.split()) - len(shown.split())
        yield _DateInLine("time", parsed, match_key(label), max(0, others), is_named_modified(time))
    if times:
        return
    beginning = line.text if len(line.text) <= _MAX_SEARCHED else line.text[:_MAX_SEARCHED].rpartition(" ")[0]
    left = len(line.text[len(beginning) :].split())
    beginning, short_years = _SHORT_YEAR.subn(r"\g<1>20\3", beginning)
    start = 0
    for one in find_dates(beginning, language):
        around = match_key(f"{one.before[-_AROUND:]} {one.after[:_AROUND]}")
        others = one.others + left
        if has_label("published", around) or (others <= MAX_OTHER_WORDS and not is_in_sentence(one.before, line.text)):
            label, is_modified = match_key(one.before[start:]), is_named_modified(line.holder)
            yield _DateInLine("text", one.parsed, label, others, is_modified, has_short_year=short_years > 0)
        start = len(one.before)


def _is_paragraph(line: _Line) -> bool:
    return len(line.text) >= _PARAGRAPH and len(line.text.split()) >= _PARAGRAPH


def _read_lines(root: HtmlElement, headline: HtmlElement | None) -> tuple[list[_Line], int]:
    """The lines of a page as a browser shows them, and the number of the first one from the headline on."""
    lines: list[_Line] = []
    texts: list[str] = []
    times: list[HtmlElement] = []
    holder = root
    headline_at = 0

    def end_line() -> None:
        text = " ".join(" ".join(texts).split())  # day and clock time touch where only their styles set them apart
        if text or times:
            lines.append(_Line(text, holder, tuple(times)))
        texts.clear()
        times.clear()

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        element: HtmlElement = node
        tag = element.tag
        if event == "start":
            if tag in NOT_CONTENT:
                walk.skip_subtree()
                continue
            if tag not in _IN_LINE:
                end_line()
                if tag != "br":
                    holder = element
                if element is headline:
                    headline_at = len(lines)
            elif tag == "time":
                times.append(element)
            if element.text:
                texts.append(element.text)
        else:
            if tag not in _IN_LINE and tag not in NOT_CONTENT:
                end_line()
                if tag != "br":
                    holder = element.getparent() if element is not root else root
            if element.tail:
                texts.append(element.tail)
    end_line()
    return lines, headline_at
