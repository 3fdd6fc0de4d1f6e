"""Find texts that are stored as lists of blocks in a page's scripts: `[{"type": "paragraph", "text": …}, …]`.

Publishing systems use different formats (Arc, Contentful, Editor.js, Gutenberg, ProseMirror, Sanity, Slate). In all of
them an article is a list, each item a block, and the text of a block is the value of one of a few keys, directly or in
nested lists.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.text import count_words

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT_KEYS = ("text", "content", "value", "html", "innerHTML", "data", "children", "paragraph", "body")
"""Keys of a block's text. Titles and descriptions are not among them, because they belong to other pages."""
_KIND_KEYS = ("type", "_type", "nodeType", "name", "blockName", "style")
_MAX_SCRIPT_LENGTH = 5_000_000
"""Characters of a script that is read as JSON; the longest on the captured pages has 1.3 million."""
_MAX_LEVELS = 5
"""Keys and lists followed within a block: a node, its children, their text."""
_MIN_BLOCKS = 2
_MAX_BLOCKS = 2_000
"""Blocks of a text. The limit bounds the extractor's time, which grows with the square of their number."""
_MAX_VALUES = 200_000


def longest_block_list(scripts: Iterator[str]) -> str | None:
    """The list of blocks with the most words in sentences, as HTML; None if no script contains one."""
    best, most = None, 0
    for script in scripts:
        for blocks in _lists(_loaded(script)):
            if not _MIN_BLOCKS <= len(blocks) <= _MAX_BLOCKS:
                continue
            texts = [(_kind(block), text) for block in blocks if (text := _text(block, _MAX_LEVELS))]
            sentences = [text for _, text in texts if ends_sentence(text.rstrip("> \n").removesuffix("</p"))]
            words = sum(map(count_words, sentences))
            if len(sentences) >= _MIN_BLOCKS and words > most:
                best, most = texts, words
    return "".join(_element(kind, text) for kind, text in best) if best else None


def _loaded(script: str) -> object:
    start = script.find("{")
    if start < 0 or len(script) > _MAX_SCRIPT_LENGTH:
        return None
    try:
        value: object = json.JSONDecoder(strict=False).raw_decode(script, start)[0]
    except (ValueError, RecursionError):
        return None
    return value


def _lists(value: object) -> Iterator[list[object]]:
    stack, seen = [value], 0
    while stack and seen < _MAX_VALUES:
        seen += 1
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            yield value
            stack.extend(value)


def _text(block: object, levels: int) -> str:
    if isinstance(block, str):
        return block
    if not levels:
        return ""
    if isinstance(block, list):
        return "".join(_text(part, levels - 1) for part in block)
    if isinstance(block, dict):
        return next((text for key in _TEXT_KEYS if (text := _text(block.get(key), levels - 1))), "")
    return ""


def _kind(block: object) -> str:
    stated = [block.get(key) for key in _KIND_KEYS] if isinstance(block, dict) else []
    return " ".join(kind.lower() for kind in stated if isinstance(kind, str))


def _element(kind: str, text: str) -> str:
    if text.lstrip().startswith("<"):
        return text
    name = "h2" if "head" in kind or kind.endswith((" h2", " h3")) else "p"
    return f"<{name}>{text if '<' in text and '>' in text else html.escape(text)}</{name}>"
