"""Find the dates that a page shows around its headline.

Only these belong to the article. A masthead shows today's date, and lists of other articles and comments show theirs.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.dates import find_dates, parse_date
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.dates import ParsedDate

_NOT_CONTENT = frozenset(
    ["script", "style", "noscript", "template", "svg", "head", "select", "button", "iframe", "form"]
)
_FRAMES = frozenset({"aside", "header", "footer"})
_OTHER_NAMES = re.compile(
    r"\b(?:comments?|disqus|respond|related|recommend\w*|recirc\w*|teasers?|sidebar|most[-_]?(?:read|popular|viewed)|popular|"
    r"trending|latest|newsletter|promos?|more[-_]?(?:news|stories|on|from)|read[-_]?more|up[-_]?next|ticker|"
    r"breadcrumbs?|weather|masthead|topbar|top[-_]bar|today)\b|related|recommend|comment-?list",
    re.IGNORECASE,
)
_MODIFIED_NAMES = re.compile(r"\b(?:updated?|modified|datemodified)\b", re.IGNORECASE)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "br",
        "em",
        "font",
        "i",
        "img",
        "label",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
    ]
)
_TEASERS = frozenset({"li", "nav", "aside", "footer"})
_MIN_HEADLINE = 12
"""Letters from which a heading that the title repeats is a headline."""
_MAX_BYLINE = 400
"""Characters of an `aside`, `header` or `footer` that may be a byline."""
_MAX_BEFORE = 40
"""Words before the headline among which its date may stand: a kicker and a byline."""
_MAX_AFTER = 150
"""Words after the headline among which its date may stand: a lead, a byline, a caption."""
_MAX_BLOCK = 200
"""Characters of a block that may be a byline."""
_MAX_OTHER_WORDS = 14
"""Words of a byline beside its dates. A sentence that names a date is longer."""
_MAX_LINKS = 5
"""Links before the headline in one element of its container: breadcrumbs and tags; a menu has more."""
_PARENTS = 6
"""How far above the headline its container is searched."""


@dataclass(frozen=True, slots=True)
class HeadlineDates:
    """The dates around the headline, those after it first, each with its origin (`time` or `text`)."""

    published: list[tuple[str, ParsedDate]]
    modified: list[tuple[str, ParsedDate]]


def read_headline_dates(tree: HtmlElement, language: str) -> HeadlineDates:
    """The dates around the headline of a page in this language (empty if it is unknown)."""
    found = HeadlineDates([], [])
    headline = _headline(tree)
    if headline is None:
        return found
    for block in (*_after(headline), *_before(headline)):
        _read_block(block, language, found)
    return found


def _headline(tree: HtmlElement) -> HtmlElement | None:
    """The headline: the heading that the page's title repeats; else the first `h1` in an article, else the longest."""
    title = match_key(" | ".join([*tree.xpath("//title/text()"), *tree.xpath("//meta[@property='og:title']/@content")]))
    for level in ("h1", "h2", "h3"):
        repeated: dict[str, HtmlElement] = {}
        for heading in tree.iter(level):
            key = match_key(heading.text_content())
            if len(key) >= _MIN_HEADLINE and key in title and not _is_teaser(heading):
                repeated.setdefault(key, heading)
        if repeated:
            return repeated[max(repeated, key=len)]
    headlines = [one for one in tree.iter("h1") if one.text_content().strip()]
    for one in headlines:
        if _is_in_article(one):
            return one
    return max(headlines, key=lambda one: len(one.text_content()), default=None)


def _is_teaser(heading: HtmlElement) -> bool:
    return heading.tag != "h1" and any(parent.tag in _TEASERS for parent in heading.iterancestors())


def _is_in_article(element: HtmlElement) -> bool:
    return any(parent.tag in ("article", "main") for parent in element.iterancestors())


def _after(headline: HtmlElement) -> Iterator[HtmlElement]:
    """The short blocks after the headline, up to the text of the article."""
    words = 0
    element = headline
    while words < _MAX_AFTER:
        following = element.getnext()
        while following is None:
            parent = element.getparent()
            if parent is None or parent.tag == "body":
                return
            element = parent
            following = element.getnext()
        element = following
        for block in _blocks(element):
            words += _count(block)
            if words > _MAX_AFTER:
                return
            yield block


def _before(headline: HtmlElement) -> list[HtmlElement]:
    """The short blocks before the headline in its container, the nearest first."""
    blocks: list[HtmlElement] = []
    words = 0
    element = headline
    for _ in range(_PARENTS):
        siblings = list(element.itersiblings(preceding=True))
        if any(map(_is_frame, siblings)):
            break
        for sibling in siblings:
            found = list(islice(_blocks(sibling), 20))
            words += sum(map(_count, found))
            if words > _MAX_BEFORE:
                return blocks
            blocks += reversed(found)
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "main", "article") or _is_other(parent):
            break
        element = parent
    return blocks


def _is_frame(element: HtmlElement) -> bool:
    """True if an element before the headline belongs to the head of the page, which shows today's date."""
    return (
        next(element.iter("nav", "header", "form"), None) is not None or sum(1 for _ in element.iter("a")) > _MAX_LINKS
    )


def _count(block: HtmlElement) -> int:
    return len(block.text_content().split())


def _blocks(element: HtmlElement) -> Iterator[HtmlElement]:
    """The innermost blocks of an element: without blocks in them, apart from other articles and comments."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if not isinstance(one.tag, str) or one.tag in _NOT_CONTENT or _is_other(one):
            continue
        if one.tag in _INLINE or all(child.tag in _INLINE for child in one.iterdescendants()):
            yield one
        else:
            waiting += reversed(one)


def _is_other(element: HtmlElement) -> bool:
    """True for an element that holds other articles, comments, or the frame of the page."""
    if element.tag == "nav" or (element.tag in _FRAMES and not _is_byline(element)):
        return True
    return element.tag not in ("body", "html", "article", "main", "time") and bool(_OTHER_NAMES.search(_names(element)))


def _names(element: HtmlElement) -> str:
    return " ".join(element.get(name, "") for name in ("class", "id", "itemprop")).replace("_", "-")


def without_other_content(tree: HtmlElement) -> HtmlElement:
    """A copy of a page without other articles, comments and the frame of the page."""
    copied = deepcopy(tree)
    for element in list(copied.iter(etree.Element)):
        if element.getparent() is not None and _is_other(element) and next(element.iter("h1"), None) is None:
            element.drop_tree()
    return copied


def _is_byline(element: HtmlElement) -> bool:
    """True for an `aside`, `header` or `footer` in an article that holds the headline or no more than a byline."""
    if next(element.iter("h1"), None) is not None:
        return True
    return (
        _is_in_article(element)
        and len(element.text_content()) <= _MAX_BYLINE
        and not element.xpath("boolean(.//li//a)")
    )


def _read_block(block: HtmlElement, language: str, found: HeadlineDates) -> None:
    """Add the dates of a block: those of its `time` elements, else those in its text."""
    text = " ".join(" ".join(block.itertext()).split())
    times = [(time, parsed) for time in block.iter("time") if (parsed := parse_date(time.get("datetime"), language))]
    for time, parsed in times:
        shown = " ".join(time.text_content().split())
        before = text.partition(shown)[0] if shown else ""
        is_modified = _MODIFIED_NAMES.search(_names(time)) is not None
        _add(("time", parsed), match_key(before), found, is_modified=is_modified)
    if times or len(text) > _MAX_BLOCK:
        return
    start = 0
    for one in find_dates(text, language):
        if one.others <= _MAX_OTHER_WORDS:
            _add(("text", one.parsed), match_key(one.before[start:]), found)
        start = len(one.before)


def _add(statement: tuple[str, ParsedDate], before: str, found: HeadlineDates, *, is_modified: bool = False) -> None:
    if not _pattern("other").search(before):
        is_modified = is_modified or _pattern("modified").search(before) is not None
        (found.modified if is_modified else found.published).append(statement)


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """Matches the phrases of a kind in a match key: at the start of a word, in scripts without capitals anywhere."""
    keys = [match_key(phrase) for phrase in phrases("dates", kind)]
    return re.compile("|".join(rf"(?<!\w){re.escape(key)}" if key.upper() != key else re.escape(key) for key in keys))
