"""Small pages with metadata, for the tests of the choice of fields."""

from __future__ import annotations

import json

from crawlers.extraction.metadata import ArticleMetadata, choose_metadata, read_declared
from crawlers.extraction.page import Page, read_page

ASKED = "https://www.paper.example/news/2025/a-long-story-of-the-day"


def page_of(head: str = "", body: str = "", url: str = ASKED) -> Page:
    page = read_page(f"<html><head>{head}</head><body>{body}<p>text</p></body></html>".encode(), url)
    assert isinstance(page, Page)
    return page


def metadata_of(head: str = "", body: str = "", url: str = ASKED) -> ArticleMetadata:
    page = page_of(head, body, url)
    return choose_metadata(page, read_declared(page))


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'
