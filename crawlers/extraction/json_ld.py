"""What a page says of itself in JSON-LD (schema.org)."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    {
        "Article",
        "NewsArticle",
        "AnalysisNewsArticle",
        "AskPublicNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
        "ReportageNewsArticle",
        "ReviewNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "MedicalScholarlyArticle",
        "TechArticle",
        "Report",
        "BlogPosting",
        "LiveBlogPosting",
        "SocialMediaPosting",
    }
)
"""schema.org's Article and its subtypes."""
_MAX_DEPTH = 6
"""Levels of lists and nodes followed: a page, its graph, its main entity are three."""
_WRAPPERS = ("//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "//]]>", "/*]]>*/", "]]>")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_ESCAPED_BADLY = re.compile(r"\\(?![\"\\/bfnrtu])")
_TAG = re.compile(r"<[^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class StructuredData:
    """The JSON-LD of a page."""

    nodes: tuple[Node, ...]
    """Every node that speaks of the page itself: top level, `@graph`, `mainEntity`; not the parts of lists."""

    @property
    def types(self) -> frozenset[str]:
        """Names of the schema.org types of all nodes."""
        return frozenset(name for node in self.nodes for name in types_of(node))

    def articles(self) -> list[Node]:
        """The nodes that are an article."""
        return [node for node in self.nodes if types_of(node) & ARTICLE_TYPES]

    def article(self, titles: Iterable[str | None]) -> Node:
        """The one node of the article that the page shows; empty where there is none.

        Several nodes are one when they have one headline (a page and its plugins each describe it): what the first
        leaves out is taken from the others. Of different ones that is taken whose headline is among `titles`, the
        titles that the page itself shows; a page of three or more that it does not show is a list.
        """
        nodes = self.articles()
        if not nodes:
            return {}
        headlines = [match_key(text_of(node.get("headline")) or text_of(node.get("name")) or "") for node in nodes]
        wanted = {match_key(title) for title in titles if title} - {""}
        chosen = next((i for i, headline in enumerate(headlines) if headline in wanted), None)
        if chosen is None:
            if len(set(headlines) - {""}) > 2:
                return {}
            chosen = 0
        merged = dict(nodes[chosen])
        for node, headline in zip(nodes, headlines, strict=True):
            if headline in ("", headlines[chosen]):
                merged.update((key, value) for key, value in node.items() if key not in merged)
        return merged


def read_structured_data(tree: HtmlElement) -> StructuredData:
    """All JSON-LD of a page; what cannot be read is left out."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_flatten(_load(script.text), _MAX_DEPTH))
    return StructuredData(tuple(nodes))


def _load(text: str) -> Any:
    for wrapper in _WRAPPERS:
        text = text.replace(wrapper, "")
    text = text.strip()
    decoder = json.JSONDecoder(strict=False)  # not strict: publishers leave newlines within strings
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", _ESCAPED_BADLY.sub(r"\\\\", text))):
        try:
            return decoder.raw_decode(candidate)[0]  # what follows the first value is somebody's slip of a bracket
        except ValueError:
            continue
        except RecursionError:
            break
    return None


def _flatten(value: Any, depth: int) -> Iterator[Node]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item, depth - 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _flatten(value.get(key), depth - 1)


def types_of(node: Node) -> frozenset[str]:
    """Names of a node's types, without the `schema.org/` in front."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))


def text_of(value: Any) -> str | None:
    """A string of JSON-LD as a person reads it: entities resolved, no tags, one line; None for anything else."""
    if not isinstance(value, str):
        return None
    return single_line(_TAG.sub("", html.unescape(value))) or None


def texts_of(value: Any) -> list[str]:
    """The strings of a value that may be one string or a list of them."""
    return [text for item in (value if isinstance(value, list) else [value]) if (text := text_of(item))]
