"""All that a page says about its article but the text: JSON-LD first, then meta elements, then trafilatura."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawlers.extraction.addresses import canonical_address, web_address
from crawlers.extraction.authors import choose_authors
from crawlers.extraction.dates import Moment, choose_modified, choose_published
from crawlers.extraction.structured import Node, Structured, read_structured, text_of, texts_of
from crawlers.extraction.titles import choose_title, page_titles
from crawlers.extraction.words import fold, tidy

if TYPE_CHECKING:
    from crawlers.extraction.page import Page

_MAX_TAGS = 50
"""Real lists of tags are shorter; longer ones are a vocabulary pasted into the keywords."""
_LONGEST_TAG = 100
_BETWEEN_TAGS = re.compile(r"\s*[,;|，、；]\s*")


@dataclass(frozen=True, slots=True)
class Head:
    """What the page says of itself before anything is chosen from its body."""

    structured: Structured
    article: Node
    """The JSON-LD node of the article shown; empty where there is none."""
    titles: dict[str, list[str]]
    """As `page_titles` gives them."""
    is_free: bool | None

    def is_title(self, line: str) -> bool:
        """True for a line that repeats the headline in any of the forms in which the page states it."""
        folded = fold(line)
        stated = [text_of(self.article.get("headline")), *(text for texts in self.titles.values() for text in texts)]
        return bool(folded) and any(fold(text) == folded for text in stated if text)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of an `Article` beside its text and language."""

    url: str
    title: str | None
    authors: tuple[str, ...]
    published: Moment | None
    modified: Moment | None
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    description: str | None
    declared_languages: tuple[str | None, ...]


def read_head(page: Page) -> Head:
    """The page's statements about itself, read once for the choice of fields and for the rejections."""
    structured = read_structured(page.tree)
    titles = page_titles(page)
    article = structured.article(text for texts in titles.values() for text in texts)
    return Head(structured, article, titles, _is_free(page, article))


def read_metadata(page: Page, head: Head) -> Metadata:
    """Every field from the statement most to be trusted. Raises ValueError for an address that is not http(s)."""
    article = head.article
    url = canonical_address(page)
    published = choose_published(page, article, url)
    return Metadata(
        url=url,
        title=choose_title(article, head.titles),
        authors=choose_authors(page, article),
        published=published,
        modified=choose_modified(page, article, published),
        section=_section(page, article),
        tags=_tags(page, article),
        image_url=_image(page, article),
        description=_description(page, article),
        declared_languages=(
            page.tree.get("lang"),
            page.tree.get("xml:lang"),
            *_stated_languages(page, article),
        ),
    )


def _stated_languages(page: Page, article: Node) -> tuple[str | None, ...]:
    stated = article.get("inLanguage")
    if isinstance(stated, dict):
        stated = stated.get("alternateName") or stated.get("name")
    return (text_of(stated), page.meta("og:locale"), page.meta("content-language", "dc.language", "language"))


def _is_free(page: Page, article: Node) -> bool | None:
    stated = article.get("isAccessibleForFree")
    if isinstance(stated, bool):
        return stated
    if isinstance(stated, str) and stated.rsplit("/", 1)[-1].strip().lower() in ("true", "false"):
        return stated.rsplit("/", 1)[-1].strip().lower() == "true"
    tier = (page.meta("article:content_tier", "og:article:content_tier") or "").lower()
    return {"free": True, "metered": False, "locked": False}.get(tier)


def _section(page: Page, article: Node) -> str | None:
    stated = texts_of(article.get("articleSection")) or [
        tidy(page.meta("article:section", "og:article:section", "section") or "")
    ]
    return stated[0][:_LONGEST_TAG] or None


def _tags(page: Page, article: Node) -> tuple[str, ...]:
    keywords = article.get("keywords")
    nodes = [item.get("name") for item in keywords if isinstance(item, dict)] if isinstance(keywords, list) else []
    for stated in (
        [*texts_of(keywords), *texts_of(nodes)],
        page.metas.get("article:tag", ()) or page.metas.get("og:article:tag", ()),
        page.metas.get("news_keywords", ()),
        page.metas.get("keywords", ()),
    ):
        tags: dict[str, str] = {}
        for part in (tidy(html.unescape(part)) for text in stated for part in _BETWEEN_TAGS.split(text)):
            if fold(part) and len(part) <= _LONGEST_TAG:
                tags.setdefault(fold(part), part)
        if tags:
            return tuple(tags.values())[:_MAX_TAGS]
    return ()


def _image(page: Page, article: Node) -> str | None:
    stated = [
        *page.metas.get("og:image", ()),
        *page.metas.get("og:image:url", ()),
        *_addresses(article.get("image"), 3),
    ]
    stated += [*page.metas.get("twitter:image", ()), *page.metas.get("twitter:image:src", ())]
    return next((url for value in stated if (url := web_address(value, page.url))), None)


def _addresses(value: Any, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [url for key in ("url", "contentUrl", "@id") if isinstance(url := value.get(key), str)]
    if isinstance(value, list) and depth:
        return [url for item in value for url in _addresses(item, depth - 1)]
    return []


def _description(page: Page, article: Node) -> str | None:
    stated = page.meta("og:description", "description", "twitter:description")
    return (text_of(stated) if stated else None) or text_of(article.get("description"))
