"""Reads and writes sources as OPML 2.0 (http://opml.org/spec2.opml), the format that feed readers exchange.

A source is an outline with its name and front page, and contains an outline for each URL. Feeds have the type `rss`, as
feed readers expect. Sitemaps and sections, for which OPML has no type, are links with a category of newsloom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.errors import CrawlersError
from crawlers.limits import MAX_OPML_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from crawlers.sources.model import Source

SITEMAP, SECTION = "/newsloom/sitemap", "/newsloom/section"


@dataclass(frozen=True, slots=True)
class Outline:
    """A source in an OPML file; its URLs are not validated."""

    name: str
    homepage: str | None
    language: str | None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


def to_opml(sources: Iterable[Source]) -> bytes:
    """An OPML document, UTF-8."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Sources of newsloom"
    body = etree.SubElement(root, "body")
    for source in sources:
        outline = etree.SubElement(body, "outline", text=source.name)
        for key, value in (("htmlUrl", source.homepage), ("language", source.language)):
            if value:
                outline.set(key, value)
        for url in source.feeds:
            etree.SubElement(outline, "outline", type="rss", text=source.name, xmlUrl=url)
        for category, urls in ((SITEMAP, source.sitemaps), (SECTION, source.sections)):
            for url in urls:
                etree.SubElement(outline, "outline", type="link", text=url, url=url, category=category)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def from_opml(file: Path) -> tuple[Outline, ...]:
    """The sources in an OPML file: groups that `to_opml` wrote, and each feed outside of a group.

    Raises CrawlersError if the file is not OPML or contains no feed.
    """
    try:
        body = file.read_bytes()
    except OSError as error:
        raise CrawlersError(f"{file}: cannot be read: {error.strerror}") from error
    if len(body) > MAX_OPML_BYTES:
        raise CrawlersError(f"{file}: too large: {len(body):,} bytes; the maximum is {MAX_OPML_BYTES:,}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise CrawlersError(f"{file}: not well-formed XML: {error}") from error
    if root.tag != "opml":
        raise CrawlersError(f"{file}: not an OPML file: expected the root element opml, found {root.tag}")
    found = tuple(_sources(root.find("body")))
    if not found:
        raise CrawlersError(f"{file}: no feed found: expected outlines with an xmlUrl")
    return found


def _sources(parent: etree._Element | None) -> Iterator[Outline]:
    for outline in () if parent is None else parent.iterchildren("outline"):
        name = outline.get("text") or outline.get("title") or ""
        if outline.get("xmlUrl"):
            yield Outline(name, outline.get("htmlUrl"), _language(outline), feeds=(outline.get("xmlUrl", ""),))
            continue
        children = list(outline.iterchildren("outline"))
        if all(child.get("text") == name or child.get("category") in (SITEMAP, SECTION) for child in children):
            yield Outline(
                name,
                outline.get("htmlUrl"),
                _language(outline),
                feeds=tuple(child.get("xmlUrl", "") for child in children if child.get("xmlUrl")),
                sitemaps=tuple(child.get("url", "") for child in children if child.get("category") == SITEMAP),
                sections=tuple(child.get("url", "") for child in children if child.get("category") == SECTION),
            )
        else:
            yield from _sources(outline)  # a folder of a feed reader


def _language(outline: etree._Element) -> str | None:
    return (outline.get("language") or "").partition("-")[0].lower() or None
