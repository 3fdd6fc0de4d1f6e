"""Read a page's JSON-LD (schema.org) and pick the node of the article that the page shows."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.extraction.plausible import is_unfilled
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawlers.extraction.elements import Elements

Node = Mapping[str, object]
"""A JSON object. Its values may have any type, whatever schema.org says: check before use."""

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
"""Maximum nesting of lists and nodes: a page, its graph and its main entity are three levels."""
_WRAPPERS = ("//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "//]]>", "/*]]>*/", "]]>")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_INVALID_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
_TAG = re.compile(r"<[^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class StructuredData:
    """The JSON-LD of a page."""

    nodes: tuple[Node, ...]
    """Every node about the page itself: top level, `@graph`, `mainEntity`; not the entries of lists."""

    @property
    def types(self) -> frozenset[str]:
        """The schema.org types of all nodes."""
        return frozenset(name for node in self.nodes for name in types_of(node))

    def articles(self) -> list[Node]:
        """The nodes of articles."""
        return [node for node in self.nodes if types_of(node) & ARTICLE_TYPES]

    def article(self, titles: Iterable[str | None]) -> Node:
        """The node of the article that the page shows; empty if there is none.

        Nodes with the same headline are merged, because a page and its plugins may each describe the article: later
        nodes supply what the first one lacks. Among different headlines, the one in `titles` (the titles that the page
        itself shows) is chosen. A page with three or more headlines, none of which it shows, is a list.
        """
        nodes = self.articles()
        if not nodes:
            return {}
        headlines = [match_key(text_of(node.get("headline")) or text_of(node.get("name")) or "") for node in nodes]
        shown = {match_key(title) for title in titles if title} - {""}
        chosen = next((i for i, headline in enumerate(headlines) if headline in shown), None)
        if chosen is None:
            if len(set(headlines) - {""}) > 2:
                return {}
            chosen = 0
        merged = dict(nodes[chosen])
        for node, headline in zip(nodes, headlines, strict=True):
            if headline in ("", headlines[chosen]):
                merged.update((key, value) for key, value in node.items() if key not in merged)
        return merged


def read_structured_data(elements: Elements) -> StructuredData:
    """Read all JSON-LD of a page; invalid JSON is skipped."""
    nodes: list[Node] = []
    for script in elements.named("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_flatten(_load(script.text), _MAX_DEPTH))
    return StructuredData(tuple(_resolved(nodes)))


def _resolved(nodes: list[Node]) -> Iterator[Node]:
    """The nodes with each reference (`{"@id": …}`, or the identifier alone for an author) replaced by what it names."""
    named: dict[str, Node] = {}
    for node in nodes:
        for value in (node, *node.values()):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and len(item) > 1 and isinstance(name := item.get("@id"), str):
                    named.setdefault(name, item)

    def resolve(value: object) -> object:
        if isinstance(value, list):
            return [resolve(item) for item in value]
        if (
            isinstance(value, dict)
            and isinstance(name := value.get("@id"), str)
            and not value.keys() - {"@id", "@type"}
        ):
            return named.get(name, value)
        return value

    for node in nodes:
        author = node.get("author")
        stated = {"author": named.get(author, author)} if isinstance(author, str) else {}
        yield {key: resolve(value) for key, value in {**node, **stated}.items()}


def _load(text: str) -> object:
    for wrapper in _WRAPPERS:
        text = text.replace(wrapper, "")
    text = text.strip()
    decoder = json.JSONDecoder(strict=False)  # publishers leave newlines within strings
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", _INVALID_ESCAPE.sub(r"\\\\", text))):
        try:
            value: object = decoder.raw_decode(candidate)[0]  # ignores superfluous brackets at the end
        except ValueError:
            continue
        except RecursionError:
            break
        return value
    return None


def _flatten(value: object, depth: int) -> Iterator[Node]:
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
    """The names of a node's types, without the leading `schema.org/`."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))


def text_of(value: object) -> str | None:
    """A string of JSON-LD as readable text: entities resolved, no tags, on one line; None for any other value
    and for one that a template left unfilled."""
    if not isinstance(value, str):
        return None
    text = single_line(_TAG.sub("", html.unescape(value)))
    return None if not text or is_unfilled(text) else text


def texts_of(value: object) -> list[str]:
    """The strings in a value that may be a string or a list of strings."""
    return [text for item in (value if isinstance(value, list) else [value]) if (text := text_of(item))]
