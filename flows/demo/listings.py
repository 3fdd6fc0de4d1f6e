"""Renders the feeds and sitemaps of the demo's newspapers as XML."""

from __future__ import annotations

import gzip
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from flows.demo.web import ServedPage

if TYPE_CHECKING:
    from flows.demo.newspapers import Newspaper, NewspaperStory

TRACKING = "utm_source=feed&utm_medium=rss&utm_campaign=readers"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS_XMLNS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def feed_page(paper: Newspaper) -> ServedPage:
    """The feed: every story, newest first, with its print URL right behind it, then the dead links."""
    entry = _rss_item if paper.feed_form == "rss" else _atom_entry
    entries = []
    for story in paper.stories:
        entries.append(entry(paper, story, story.path))
        if story.print_path:
            entries.append(entry(paper, story, story.print_path))
    items = "\n".join(entries)
    if paper.feed_form == "rss":
        items += "".join(
            f"\n<item><title>{escape(link.title)}</title><link>{escape(paper.url(link.path))}</link>"
            f"<pubDate>{format_datetime(link.published_at)}</pubDate></item>"
            for link in paper.dead_links
        )
        text = (
            f'{XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
            f"<title>{escape(paper.name)}</title><link>{paper.url('/')}</link>"
            f"<description>{escape(paper.tagline)}</description><language>{paper.language}</language>"
            f"<lastBuildDate>{format_datetime(paper.changed_at)}</lastBuildDate>\n{items}\n</channel></rss>\n"
        )
    else:
        text = (
            f'{XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{paper.language}">\n'
            f"<title>{escape(paper.name)}</title><id>{paper.url('/')}</id>"
            f'<link rel="self" href="{paper.url(paper.feed_path)}"/><link rel="alternate" href="{paper.url("/")}"/>'
            f"<updated>{paper.changed_at.isoformat()}</updated>\n{items}\n</feed>\n"
        )
    return _xml(text, paper, f"application/{paper.feed_form}+xml")


def sitemap_pages(paper: Newspaper) -> dict[str, ServedPage]:
    """`/sitemap.xml` in the form that the paper uses; for a sitemap index, its gzipped child too."""
    if paper.sitemap == "news":
        urls = "\n".join(_news_url(paper, story) for story in paper.stories)
        return {"/sitemap.xml": _xml(f"{XML}<urlset {SITEMAP_XMLNS} {NEWS_XMLNS}>\n{urls}\n</urlset>\n", paper)}
    urls = "\n".join(
        f"<url><loc>{escape(paper.url(story.path))}</loc><lastmod>{story.changed_at.isoformat()}</lastmod></url>"
        for story in paper.stories
    )
    urlset = f"{XML}<urlset {SITEMAP_XMLNS}>\n{urls}\n</urlset>\n"
    if paper.sitemap == "plain":
        return {"/sitemap.xml": _xml(urlset, paper)}
    child = "/sitemaps/articles-2026.xml.gz"
    index = (
        f"{XML}<sitemapindex {SITEMAP_XMLNS}>\n<sitemap><loc>{paper.url(child)}</loc>"
        f"<lastmod>{paper.changed_at.isoformat()}</lastmod></sitemap>\n</sitemapindex>\n"
    )
    packed = gzip.compress(urlset.encode(), mtime=0)
    return {
        "/sitemap.xml": _xml(index, paper),
        child: ServedPage(packed, "application/gzip", last_modified=paper.changed_at),
    }


def _link(paper: Newspaper, story: NewspaperStory, path: str) -> str:
    url = paper.url(path)
    return escape(f"{url}{'&' if '?' in url else '?'}{TRACKING}" if story.utm else url)


def _rss_item(paper: Newspaper, story: NewspaperStory, path: str) -> str:
    creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in story.authors)
    return (
        f"<item><title>{escape(story.title)}</title><link>{_link(paper, story, path)}</link>"
        f'<guid isPermaLink="false">{escape(paper.host + path)}</guid>'
        f"<description>{escape(story.description)}</description>{creators}<category>{escape(story.section)}</category>"
        f"<pubDate>{format_datetime(story.published_at)}</pubDate></item>"
    )


def _atom_entry(paper: Newspaper, story: NewspaperStory, path: str) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    return (
        f"<entry><title>{escape(story.title)}</title><id>tag:{paper.host},2026:{escape(path)}</id>"
        f'<link href="{_link(paper, story, path)}"/><summary>{escape(story.description)}</summary>{authors}'
        f'<category term="{escape(story.section)}"/><published>{story.published_at.isoformat()}</published>'
        f"<updated>{story.changed_at.isoformat()}</updated></entry>"
    )


def _news_url(paper: Newspaper, story: NewspaperStory) -> str:
    return (
        f"<url><loc>{escape(paper.url(story.path))}</loc><lastmod>{story.changed_at.isoformat()}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(paper.name)}</news:name>"
        f"<news:language>{paper.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news></url>"
    )


def _xml(text: str, paper: Newspaper, content_type: str = "application/xml") -> ServedPage:
    return ServedPage(text.encode(), f"{content_type}; charset=utf-8", last_modified=paper.changed_at)
