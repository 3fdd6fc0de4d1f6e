"""Texts that a page carries as lists of blocks in the state of its scripts: `[{"type": "paragraph", "text": …}, …]`.

Editors and publishing systems each have their own form of it (Arc, Contentful, Editor.js, Gutenberg, ProseMirror,
Sanity, Slate). What they share: an article is a list, an item a block, and the words of a block stand under one of a
few names, themselves or in lists within.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.text import count_words

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS_UNDER = ("text", "content", "value", "html", "innerHTML", "data", "children", "paragraph", "body")
"""Names under which a block has its words; titles and descriptions are those of other pages."""
_KINDS = ("type", "_type", "nodeType", "name", "blockName", "style")
_LONGEST = 5_000_000
"""Characters of a script that is read as JSON; the longest of captured pages has 1.3 million."""
_LEVELS = 5
"""Names and lists followed within a block: a node, its children, their text."""
_FEWEST = 2
_MOST = 2_000
"""Blocks of a text; of longer ones the extractor's time is the matter, which grows with the square of their number."""
_MAX_VALUES = 200_000


def longest_block_list(scripts: Iterator[str]) -> str | None:
    """The list of blocks with most words in sentences, as HTML; None where no script has any."""
    best, most = None, 0
    for script in scripts:
        for blocks in _lists(_loaded(script)):
            if not _FEWEST <= len(blocks) <= _MOST:
                continue
            texts = [(kind, text) for block in blocks if (text := _text(block, _LEVELS)) for kind in [_kind(block)]]
            sentences = [text for _, text in texts if ends_sentence(text.rstrip("> \n").removesuffix("</p"))]
            words = sum(map(count_words, sentences))
            if len(sentences) >= _FEWEST and words > most:
                best, most = texts, words
    return "".join(_element(kind, text) for kind, text in best) if best else None


def _loaded(script: str) -> Any:
    start = script.find("{")
    if start < 0 or len(script) > _LONGEST:
        return None
    try:
        return json.JSONDecoder(strict=False).raw_decode(script, start)[0]
    except (ValueError, RecursionError):
        return None


def _lists(value: Any) -> Iterator[list[Any]]:
    stack, seen = [value], 0
    while stack and seen < _MAX_VALUES:
        seen += 1
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            yield value
            stack.extend(value)


def _text(block: Any, levels: int) -> str:
    if isinstance(block, str):
        return block
    if not levels:
        return ""
    if isinstance(block, list):
        return "".join(_text(part, levels - 1) for part in block)
    if isinstance(block, dict):
        return next((text for name in _WORDS_UNDER if (text := _text(block.get(name), levels - 1))), "")
    return ""


def _kind(block: Any) -> str:
    stated = [block.get(name) for name in _KINDS] if isinstance(block, dict) else []
    return " ".join(kind.lower() for kind in stated if isinstance(kind, str))


def _element(kind: str, text: str) -> str:
    if text.lstrip().startswith("<"):
        return text
    name = "h2" if "head" in kind or kind.endswith((" h2", " h3")) else "p"
    return f"<{name}>{text if '<' in text and '>' in text else html.escape(text)}</{name}>"
