"""Read articles that a page contains only in its scripts or in JSON-LD, for the browser to render."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from lxml.etree import LxmlError
from lxml.html import HTMLParser, document_fromstring

from crawlers.extraction.page import MAX_ELEMENTS
from crawlers.extraction.script_blocks import longest_block_list
from crawlers.extraction.text import count_words, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements
    from crawlers.extraction.json_ld import Node

# Possessive quantifiers, and an unclosed string extends to the end of the script: each character is read only once.
_STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_PARAGRAPH_ENDS = re.compile(r"</p>|</h[1-6]>|</li>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MIN_PARAGRAPHS = 2
_MIN_LENGTH = 300
"""Characters of a text, markup included."""
_MAX_LENGTH = 500_000
"""Characters of a text, markup included: the length of a novel."""
_MAX_LEVELS = 2
"""Script state is JSON, often as a string within a script or within other JSON."""


def article_in_scripts(elements: Elements) -> HtmlElement | None:
    """The longest text in the scripts, from a string of HTML with paragraphs or a list of blocks, parsed as a page."""
    blocks = longest_block_list(script.text or "" for script in elements.named("script"))
    texts = [*_strings(elements), *([blocks] if blocks and len(blocks) <= _MAX_LENGTH else [])]
    if not texts:
        return None
    found = max(texts, key=lambda text: count_words(_TAG.sub(" ", text)))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        article = document_fromstring(f"<html><body><article>{found}</article></body></html>".encode(), parser=parser)
    except LxmlError:
        return None
    return article if sum(1 for _ in article.iter()) <= MAX_ELEMENTS else None


def article_body(article: Node) -> list[str]:
    """The paragraphs of JSON-LD's `articleBody`, one line each; empty if there is none."""
    stated = article.get("articleBody")
    if not isinstance(stated, str) or len(stated) > _MAX_LENGTH:
        return []
    plain = _TAG.sub(" ", _PARAGRAPH_ENDS.sub("\n", html.unescape(stated)))
    return [line for raw in plain.splitlines() if (line := single_line(raw))]


def _strings(elements: Elements) -> Iterator[str]:
    for script in elements.named("script"):
        if script.text and len(script.text) >= _MIN_LENGTH:
            yield from _html_within(script.text, _MAX_LEVELS)


def _html_within(text: str, levels: int) -> Iterator[str]:
    for literal in _STRING.finditer(text):
        if literal.end() - literal.start() < _MIN_LENGTH:
            continue
        try:
            value = json.loads(literal[0], strict=False)
        except ValueError:
            continue
        value = value.encode("utf-8", "ignore").decode()
        if (
            len(value) <= _MAX_LENGTH
            and value.lstrip().startswith("<")
            and len(_PARAGRAPH.findall(value)) >= _MIN_PARAGRAPHS
        ):
            yield value
        elif levels > 1 and '"' in value:
            yield from _html_within(value, levels - 1)
