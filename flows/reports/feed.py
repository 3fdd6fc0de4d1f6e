"""Articles as an Atom or RSS feed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from lxml import etree

from flows.errors import FlowsError
from warehouse.results import one_row
from warehouse.search.query import query_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb

    from warehouse.search.query import Search

ATOM = "http://www.w3.org/2005/Atom"
SUMMARY = 400  # characters
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed. `published_at` and `updated_at` are aware."""

    article_id: UUID
    url: str
    title: str
    source: str
    authors: Sequence[str]
    language: str | None
    published_at: datetime
    updated_at: datetime
    summary: str


def newest_matches(connection: duckdb.DuckDBPyConnection, search: Search, top: int) -> list[Entry]:
    """The `top` newest articles that match. Raises QuerySyntaxError."""
    with query_errors():
        return _entries(
            connection,
            f"SELECT article_id FROM {search.matching()} ORDER BY published_at DESC, doc DESC LIMIT {top:d}",  # noqa: S608
        )


def newest_of_story(connection: duckdb.DuckDBPyConnection, names: Sequence[str], top: int) -> tuple[str, list[Entry]]:
    """The title of a story and its `top` newest articles. It is named by its identifier, or by a URL of one of its
    articles, in any of several spellings. Raises FlowsError if there is no such story."""
    row = one_row(
        connection,
        """
        SELECT story_id, title FROM stories
        WHERE list_contains($names, CAST(story_id AS VARCHAR)) OR story_id IN (
            SELECT story_id FROM article_state
            WHERE list_contains($names, url) OR article_id IN (
                SELECT article_id FROM aliases WHERE list_contains($names, url)
            )
        )
        LIMIT 1
        """,
        {"names": list(names)},
    )
    if row is None:
        raise FlowsError(
            f"{names[0]}: no story has this identifier or an article with this URL. A single article is not a story."
        )
    story, title = row
    return title or "a story", _entries(
        connection,
        f"SELECT article_id FROM appearances WHERE story_id = '{story}' ORDER BY published_at DESC LIMIT {top:d}",  # noqa: S608
    )


def _entries(connection: duckdb.DuckDBPyConnection, chosen: str) -> list[Entry]:
    """The articles that a query chooses, the newest first."""
    rows = connection.execute(
        f"""
        WITH newest AS ({chosen})
        SELECT article_id, url, title, source, authors, language, coalesce(published_at, first_seen_at),
            greatest(coalesce(published_at, first_seen_at), coalesce(modified_at, published_at, first_seen_at)),
            coalesce(description, text[:{SUMMARY}])
        FROM articles SEMI JOIN newest USING (article_id)
        ORDER BY coalesce(published_at, first_seen_at) DESC, article_id
        """  # noqa: S608 - our own text
    ).fetchall()
    return [
        Entry(
            article_id, url, title or url, source, authors or [], language, published.astimezone(UTC),
            updated.astimezone(UTC), summary or "",
        )
        for article_id, url, title, source, authors, language, published, updated, summary in rows
    ]  # fmt: skip


def as_atom(name: str, entries: Sequence[Entry]) -> bytes:
    """An Atom feed (RFC 4287) with this title; it has the time of its newest entry, so that the same articles give the
    same bytes."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # None is the default
    _add(feed, f"{{{ATOM}}}title", name)
    _add(feed, f"{{{ATOM}}}id", f"urn:newsloom:feed:{hashlib.sha256(name.encode()).hexdigest()[:32]}")
    _add(feed, f"{{{ATOM}}}updated", _newest(entries).isoformat())
    _add(_add(feed, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", "newsloom")
    for one in entries:
        entry = _add(feed, f"{{{ATOM}}}entry")
        _add(entry, f"{{{ATOM}}}title", one.title)
        _add(entry, f"{{{ATOM}}}id", f"urn:uuid:{one.article_id}")
        _add(entry, f"{{{ATOM}}}link").set("href", _clean(one.url))
        _add(entry, f"{{{ATOM}}}published", one.published_at.isoformat())
        _add(entry, f"{{{ATOM}}}updated", one.updated_at.isoformat())
        for author in (*one.authors, *(() if one.authors else (one.source,))):
            _add(_add(entry, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", author)
        _add(entry, f"{{{ATOM}}}category").set("term", _clean(one.source))
        _add(entry, f"{{{ATOM}}}summary", one.summary)
    return _bytes(feed)


def as_rss(name: str, entries: Sequence[Entry]) -> bytes:
    """The same as RSS 2.0."""
    rss = etree.Element("rss", {"version": "2.0"})
    channel = _add(rss, "channel")
    _add(channel, "title", name)
    _add(channel, "link", entries[0].url if entries else "about:blank")
    _add(channel, "description", name)
    _add(channel, "lastBuildDate", format_datetime(_newest(entries)))
    for one in entries:
        item = _add(channel, "item")
        _add(item, "title", one.title)
        _add(item, "link", one.url)
        _add(item, "guid", f"urn:uuid:{one.article_id}").set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(one.published_at))
        _add(item, "category", one.source)
        # A reader takes a description for HTML, so it is escaped once more.
        _add(item, "description", one.summary.replace("&", "&amp;").replace("<", "&lt;"))
    return _bytes(rss)


def _newest(entries: Sequence[Entry]) -> datetime:
    return max((entry.updated_at for entry in entries), default=datetime(1970, 1, 1, tzinfo=UTC))


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, tag)
    if text is not None:
        child.text = _clean(text)
    return child


def _clean(text: str) -> str:
    """A text without characters that XML does not allow."""
    return _NOT_XML.sub("", text)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
