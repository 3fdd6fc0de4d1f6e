"""Find the dates that a page shows around its headline.

Only these belong to the article. A masthead shows today's date, and lists of other articles and comments show theirs.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.dates import find_dates, parse_date
from crawlers.extraction.page_regions import INLINE, blocks_of, is_in_article, is_other_content, names_of
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.dates import ParsedDate
    from crawlers.extraction.elements import Elements

_DATE_NAMES = re.compile(r"date|datum", re.IGNORECASE)
_MODIFIED_NAMES = re.compile(r"\b(?:updated?|modified|datemodified)\b", re.IGNORECASE)
_TEASERS = frozenset({"li", "nav", "aside", "footer"})
_MIN_HEADLINE = 12
"""Letters from which a heading that the title repeats is a headline."""
_MAX_BEFORE = 60
"""Words before the headline among which its date may stand, and beside it in one container: a kicker and a byline."""
_MAX_AFTER = 150
"""Words after the headline among which its date may stand: a lead, a byline, a caption."""
_PARAGRAPH = 25
"""Words from which a block is a paragraph of the text or the lead."""
_TEASER_LINK = 30
"""Characters from which the text of a link is the headline of another article; names are shorter."""
_MAX_BLOCK = 200
"""Characters of a block that may be a byline."""
MAX_OTHER_WORDS = 14
"""Words of a byline beside its dates. A sentence that names a date is longer."""
_MAX_LABEL = 3
"""Words before a date that are its label even if a full stop follows."""
_MAX_LINKS = 5
"""Links before the headline in one element of its container: breadcrumbs and tags; a menu has more."""
_PARENTS = 6
"""How far above the headline its container is searched."""


def read_headline_dates(elements: Elements, language: str) -> list[ParsedDate]:
    """The dates around the headline of a page in this language (empty if it is unknown), those after it first; without
    those of a modification."""
    headline = find_headline(elements)
    if headline is None:
        return []
    blocks = (*headline.iter("time"), *_after(headline), *_before(headline))
    return [parsed for block in blocks for parsed in _read_block(block, language)]


def has_teaser(element: HtmlElement) -> bool:
    """True if one of the first links in an element is as long as the headline of another article."""
    return any(len(link.text_content().strip()) >= _TEASER_LINK for link in islice(element.iter("a"), _MAX_LINKS))


def find_headline(elements: Elements) -> HtmlElement | None:
    """The headline: the heading that the page's title repeats; else the first `h1` in an article, else the longest."""
    stated = [text for title in elements.named("title") for text in title.xpath("text()")]
    stated += [
        content
        for meta in elements.named("meta")
        if meta.get("property") == "og:title" and (content := meta.get("content")) is not None
    ]
    title = match_key(" | ".join(stated))
    for level in ("h1", "h2", "h3"):
        repeated: dict[str, HtmlElement] = {}
        for heading in elements.named(level):
            key = match_key(heading.text_content())
            if len(key) >= _MIN_HEADLINE and key in title and not _is_teaser(heading):
                repeated.setdefault(key, heading)
        if repeated:
            return repeated[max(repeated, key=len)]
    headlines = [one for one in elements.named("h1") if one.text_content().strip()]
    for one in headlines:
        if is_in_article(one):
            return one
    return max(headlines, key=lambda one: len(one.text_content()), default=None)


def _is_teaser(heading: HtmlElement) -> bool:
    return heading.tag != "h1" and any(parent.tag in _TEASERS for parent in heading.iterancestors())


def _after(headline: HtmlElement) -> Iterator[HtmlElement]:
    """The short blocks after the headline, up to the text of the article."""
    words = paragraphs = 0
    element = headline
    while True:
        following = element.getnext()
        while following is None:
            parent = element.getparent()
            if parent is None or parent.tag in ("body", "article"):
                return
            element = parent
            following = element.getnext()
        element = following
        for block in blocks_of(element):
            size = _count(block)
            words += size
            paragraphs += size >= _PARAGRAPH
            if words > _MAX_AFTER or paragraphs > 1:
                return
            yield block


def _before(headline: HtmlElement) -> list[HtmlElement]:
    """The short blocks before the headline in its container, the nearest first."""
    blocks: list[HtmlElement] = []
    words = 0
    element = headline
    for _ in range(_PARENTS):
        parent = element.getparent()
        siblings = list(element.itersiblings(preceding=True))
        # What is before the whole text, or at the top of the page, is the masthead.
        if parent is None or parent.tag == "body" or any(map(_is_frame, siblings)) or _count(element) > _MAX_BEFORE:
            break
        for sibling in siblings:
            found = list(islice(blocks_of(sibling), 20))
            words += sum(map(_count, found))
            if words > _MAX_BEFORE:
                return blocks
            blocks += reversed(found)
        if parent.tag in ("main", "article") or is_other_content(parent):
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


def _is_headline(link: HtmlElement, language: str) -> bool:
    text = " ".join(link.text_content().split())
    return len(text) >= _TEASER_LINK and not find_dates(text, language)


def _read_block(block: HtmlElement, language: str) -> Iterator[ParsedDate]:
    """The dates of a block: those of its `time` elements, else those in its text."""
    if any(_is_headline(link, language) for link in block.iter("a")):
        return  # of another article
    text = " ".join(" ".join(block.itertext()).split())
    times = [(time, parsed) for time in block.iter("time") if (parsed := parse_date(time.get("datetime"), language))]
    for time, parsed in times:
        shown = " ".join(time.text_content().split())
        before = text.partition(shown)[0] if shown else ""
        if _may_be_published(match_key(before)) and not is_named_modified(time):
            yield parsed
    if times:
        return
    if len(text) > _MAX_BLOCK:
        for part in block.iter(*INLINE):
            if part is not block and _DATE_NAMES.search(names_of(part)):
                yield from _read_block(part, language)
        return
    start = 0
    for one in find_dates(text, language):
        if (
            one.others <= MAX_OTHER_WORDS
            and not is_in_sentence(one.before, text)
            and _may_be_published(match_key(one.before[start:]))
        ):
            yield one.parsed
        start = len(one.before)


def is_in_sentence(before: str, text: str) -> bool:
    """True if a date is the end of a sentence that does not speak of the publication."""
    is_sentence = text.endswith((".", "!", "?", "。")) and len(before.split()) > _MAX_LABEL
    return is_sentence and not any(has_label(kind, match_key(before)) for kind in ("published", "modified"))


def _may_be_published(before: str) -> bool:
    return not (has_label("other", before) or has_label("modified", before))


def has_label(kind: str, before: str) -> bool:
    """True if the text before a date (a match key) calls it `published`, `modified` or `other`."""
    return _pattern(kind).search(before) is not None


def is_named_modified(element: HtmlElement) -> bool:
    """True if the classes of an element say that it holds the date of a modification."""
    return _MODIFIED_NAMES.search(names_of(element)) is not None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """Matches the phrases of a kind in a match key: at the start of a word, in scripts without capitals anywhere."""
    keys = [match_key(phrase) for phrase in phrases("dates", kind)]
    return re.compile("|".join(rf"(?<!\w){re.escape(key)}" if key.upper() != key else re.escape(key) for key in keys))
