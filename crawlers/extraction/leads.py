"""Add the lead (the summary between headline and body) where it opens the text, and remove it where it does not.

In German, Nordic, Romance, Turkish and most other newspapers the lead opens the text and the body continues it;
extractors miss it because it is outside of the body's container. In English newspapers it is a second headline (dek).
The reference texts of 278 captured pages confirm this: of 55 leads outside of the body, 15 of 17 in other languages
belong to the text, but only 10 of 38 in English. A decision by language is right for 78 % of the other hosts; always
adding the lead would be right for 45 %, never adding it for 55 %.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements

_MIN_LENGTH = 50
"""Characters of a lead; a shorter text is a label or a motto."""
_MAX_LENGTH = 1500
_MIN_TEXT_LENGTH = 500
"""Characters of text from which an English dek is removed; of a short opening before a paywall it is a large part."""
_MAX_CHILDREN = 4
_LEAD_TAGS = ("p", "h2", "h3", "div", "span", "strong")
_DESCRIPTION_METAS = frozenset({"og:description", "description", "twitter:description"})
_DEK_CLASS = re.compile(r"sub-?(?:head|line|title)|\bdek\b|standfirst", re.IGNORECASE)
_LEAD_CLASS = re.compile(
    r"(?:^|[-_\s])(?:lead|lede|leadtext|leadin|perex|opener|ingress|ingressi|preamble|vorspann|standfirst|chapo|chapeau|entradilla"
    r"|bajada|zajawka|spot|excerpt)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Class names of the lead, in several languages."""
_NEVER_IN_LEAD = ("img", "figure", "video", "a", "button", "time")
_MAX_ELEMENTS = 600
_OPENING_LINES = 4
"""First lines that are checked for a lead that is already in the text."""


def with_lead(lines: list[str], elements: Elements) -> list[str]:
    """Add a missing lead before the lines, or remove an English dek from their top."""
    if not lines:
        return lines
    language = (elements.root.get("lang") or elements.root.get("xml:lang") or "").lower()
    if language.startswith("en") or not language:
        is_long = sum(map(len, lines[1:])) >= _MIN_TEXT_LENGTH
        return lines[1:] if is_long and _is_dek(lines[0], elements) else lines
    opening = match_key(" ".join(lines[:_OPENING_LINES]))
    missing = {key for key in description_keys(elements) if key not in opening}
    lead = next(_visible(elements, missing), None) if missing else None
    if lead is None:
        lead = _marked_lead(elements, match_key(lines[0]))
    return lines if lead is None or match_key(lead) in opening else [lead, *lines]


def description_keys(elements: Elements) -> frozenset[str]:
    """Match keys of the page's descriptions, which often repeat the lead."""
    contents = (
        meta.get("content", "")
        for meta in elements.named("meta")
        if (meta.get("property") or meta.get("name") or "").lower() in _DESCRIPTION_METAS
    )
    return frozenset(match_key(text) for text in contents if _MIN_LENGTH <= len(text) <= _MAX_LENGTH)


def _visible(elements: Elements, keys: set[str]) -> Iterator[str]:
    """Texts of the page that have one of these match keys."""
    starts = {key[:8] for key in keys}
    for element in elements.among(*_LEAD_TAGS):
        if len(element) > _MAX_CHILDREN:
            continue
        text = single_line(element.text_content()[: 2 * _MAX_LENGTH])
        if _MIN_LENGTH <= len(text) <= _MAX_LENGTH and match_key(text[:20])[:8] in starts and match_key(text) in keys:
            yield text


def _marked_lead(elements: Elements, first_key: str) -> str | None:
    """The text marked up as the lead, between the headline and the first line of the text."""
    heading = elements.first("h1")
    listed = elements.among("h1", *_LEAD_TAGS)[:_MAX_ELEMENTS]
    start = listed.index(heading) + 1 if heading in listed else 0
    for position, element in enumerate(listed[start:], start):
        if not _LEAD_CLASS.search(element.get("class") or "") or len(element) > _MAX_CHILDREN:
            continue
        text = single_line(element.text_content()[: 2 * _MAX_LENGTH])
        is_plain = next(element.iter(*_NEVER_IN_LEAD), None) is None
        if _MIN_LENGTH <= len(text) <= _MAX_LENGTH and ends_sentence(text) and is_plain:
            return None if any(_has_key(other, first_key) for other in listed[start:position]) else text
    return None


def _has_key(element: HtmlElement, key: str) -> bool:
    text = element.text_content()
    return len(text) <= 2 * len(key) + _MIN_LENGTH and match_key(text) == key


def _is_dek(line: str, elements: Elements) -> bool:
    return any(
        _DEK_CLASS.search(heading.get("class") or "") and single_line(heading.text_content()) == line
        for heading in elements.named("h2")
    )
