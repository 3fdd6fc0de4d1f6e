"""Read the tags and the section that a page shows and does not declare: links marked as tags, and the breadcrumb."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.extraction.page_regions import is_in_other_content
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements

_TAGS = re.compile(
    r"(?:^|[\s_-])(?:(?:story|post|article|entry|news|field)?[-_]*tags?|keywords)(?:[-_]?(?:list|links|cloud|box|wrap\w*))?(?:$|\s)",
    re.IGNORECASE,
)
"""The class of the list of an article's tags."""
_CATEGORY = re.compile(r"categor|cat-links|taxonomy-category", re.IGNORECASE)
_BREADCRUMB = re.compile(r"bread-?crumb", re.IGNORECASE)
_HIDDEN_PAGES = re.compile(r"/(?:authors?|search|login|share)\b", re.IGNORECASE)
_MAX_LENGTH = 60
_MAX_WORDS = 6
"""A longer text of a link is the headline of another article."""
_MAX_LISTS = 5
_MAX_LINKS = 30
"""A list of more tags is that of the whole site."""


def read_shown_tags(elements: Elements) -> list[str]:
    """The texts of links that are marked as the article's tags: by `rel="tag"`, else by the class of their list."""
    marked = [link for link, rel in elements.having("rel") if link.tag == "a" and "tag" in rel.split()]
    if tags := _texts(link for link in marked if not _is_category(link)):
        return tags
    lists = [element for element in elements.with_class(_TAGS) if element.tag != "a"]
    for element in lists[:_MAX_LISTS]:
        if tags := _texts(element.iter("a")):
            return tags
    return []


def read_shown_sections(elements: Elements) -> list[tuple[str, str]]:
    """The texts of links, with their URLs, that may name the section, the widest first: those of the breadcrumb, else
    the article's categories as WordPress marks them."""
    for element in elements.all:
        if element.tag not in ("nav", "ol", "ul", "div", "p") or not _BREADCRUMB.search(_names_of(element)):
            continue
        links = [(single_line(link.text_content()), link.get("href", "")) for link in element.iter("a")]
        if links := [(text, url) for text, url in links if 0 < len(text) <= _MAX_LENGTH]:
            return links[:_MAX_LINKS]
    marked = (
        link for link, rel in elements.having("rel") if link.tag == "a" and {"tag", "category"} & set(rel.split())
    )
    return [
        (text, link.get("href", ""))
        for link in islice(marked, _MAX_LINKS)
        if _is_category(link) and not is_in_other_content(link) and (text := single_line(link.text_content()))
    ]


def _names_of(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "aria-label", "itemtype"))


def _is_category(link: HtmlElement) -> bool:
    parent = link.getparent()
    around = "" if parent is None else parent.get("class", "")
    return (
        "category" in link.get("rel", "").split()
        or _CATEGORY.search(f"{link.get('class', '')} {around} {urlsplit(link.get('href', '')).path}") is not None
    )


def _texts(links: Iterator[HtmlElement]) -> list[str]:
    found: dict[str, str] = {}
    for link in islice(links, _MAX_LINKS + 1):
        text = single_line(link.text_content()).strip("#,; ")
        is_tag = 0 < len(text) <= _MAX_LENGTH and len(text.split()) <= _MAX_WORDS
        if is_tag and not _HIDDEN_PAGES.search(link.get("href", "")) and not is_in_other_content(link):
            found.setdefault(match_key(text), text)
    return list(found.values()) if len(found) <= _MAX_LINKS else []
