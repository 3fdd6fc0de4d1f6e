"""Choose the article's fields other than its text: `read_declared` collects, `choose_metadata` chooses.

For most fields JSON-LD comes first, then the meta elements, then the visible page. Title, dates, authors and URL have
modules of their own (`titles`, `dates`, `authors`, `urls`); the other fields are chosen here.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from crawlers.discovery.urls import normalise_url
from crawlers.extraction.author_names import clean_names
from crawlers.extraction.authors import choose_authors, structured_names
from crawlers.extraction.dates import NO_CONTEXT, FetchContext, choose_dates
from crawlers.extraction.json_ld import Node, StructuredData, read_structured_data, text_of, texts_of, types_of
from crawlers.extraction.plausible import is_topic
from crawlers.extraction.shown_topics import read_shown_sections, read_shown_tags
from crawlers.extraction.stated_titles import SECTION_METAS, StatedTitles, read_titles, site_name_keys
from crawlers.extraction.text import match_key, name_key, single_line
from crawlers.extraction.titles import choose_title
from crawlers.extraction.urls import resolve_http_url, stated_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawlers.dates import ParsedDate
    from crawlers.extraction.page import Page

T = TypeVar("T")

_MAX_TAGS = 50
"""Real tag lists are shorter; a longer one is a whole vocabulary pasted into the keywords."""
_MAX_TAG_LENGTH = 100
_MIN_SPACED_TAGS = 7
"""Words from which a keyword in lower case is several; the longest names of one topic have capitals."""
_MIN_HEADLINE_WORDS = 5
"""Words of a keyword from which one that repeats the headline is no topic."""
_MAX_PARTS = 10
_FRONT_PAGE_URL = re.compile(r"(?:https?://[^/]*)?/?")
_HOME_LABELS = frozenset({"home", "homepage", "startseite", "accueil", "inicio", "início", "stronagłówna", "главная"})
_CLASS_SELECTOR = re.compile(r"[\w-]*\.([\w-]+)")
"""The selector that publishers give for the part behind the paywall: a class, rarely with an element name."""
_TAG_SEPARATOR = re.compile(r"\s*[,;|，、；]\s*")


@dataclass(frozen=True, slots=True)
class FieldValue(Generic[T]):
    """A value and its origin, the kind of statement that it comes from; without a value, the origin is empty."""

    value: T | None
    origin: str = ""


@dataclass(frozen=True)
class DeclaredMetadata:
    """What the page declares about itself, collected before anything is chosen."""

    structured_data: StructuredData
    article: Node
    """The JSON-LD node of the article shown; empty if there is none."""
    titles: StatedTitles
    site_name_keys: frozenset[str]
    """As returned by `site_name_keys`."""
    is_free: FieldValue[bool]

    @cached_property
    def name_keys(self) -> frozenset[str]:
        """Match keys of names that may be a line of their own above or below an article: JSON-LD's authors, section and
        breadcrumb."""
        names = [*clean_names(structured_names(self.article.get("author"), 3)), *_breadcrumb(self.structured_data)]
        names += [text for text in texts_of(self.article.get("articleSection")) if len(text) <= _MAX_TAG_LENGTH]
        return frozenset(match_key(name) for name in names) - {""}

    @cached_property
    def headline_keys(self) -> frozenset[str]:
        """Match keys of the headline in every form in which the page states it."""
        texts = [text_of(self.article.get("headline")), *self.titles.of_page]
        return frozenset(match_key(text) for text in texts if text) - {""}


@dataclass(frozen=True, slots=True)
class ArticleMetadata:
    """The fields of an `Article` except its text and language."""

    url: str
    title: str | None
    authors: tuple[str, ...]
    published: ParsedDate | None
    modified: ParsedDate | None
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    description: str | None
    declared_languages: tuple[str | None, ...]
    provenance: tuple[tuple[str, str], ...]
    """As in `Article`, without the language."""


def read_declared(page: Page) -> DeclaredMetadata:
    """Collect what the page declares about itself, for the choice of fields and for the rejections."""
    structured_data = read_structured_data(page.elements)
    site_keys = site_name_keys(page, structured_data)
    titles = read_titles(page, structured_data, site_keys)
    article = structured_data.article(titles.all)
    return DeclaredMetadata(structured_data, article, titles, site_keys, _is_free(page, article))


def choose_metadata(page: Page, declared: DeclaredMetadata, context: FetchContext = NO_CONTEXT) -> ArticleMetadata:
    """Choose each field from its most trustworthy statement.

    No date is more than a day after the fetch, if the time of the fetch is known. Raises ValueError for a URL that is
    not http(s).
    """
    article = declared.article
    stated = stated_url(page)
    url = stated or normalise_url(page.url)
    headline = choose_title(article, declared.titles, declared.site_name_keys)
    authors = choose_authors(page, article)
    dates = choose_dates(page, article, url, context)
    section, tags, image, description = (
        _section(page, declared),
        _tags(page, declared),
        _image(page, article),
        _description(page, article),
    )
    origins = {
        "url": "link" if stated else "address",
        "title": headline.kind if headline else "text",
        "authors": authors.origin,
        "published_at": dates.published_origin,
        "modified_at": dates.modified_origin,
        "section": section.origin,
        "tags": tags.origin,
        "image_url": image.origin,
        "description": description.origin,
        "is_free": declared.is_free.origin,
    }
    return ArticleMetadata(
        url=url,
        title=headline.text if headline else None,
        authors=authors.names,
        published=dates.published,
        modified=dates.modified,
        section=section.value,
        tags=tags.value or (),
        image_url=image.value,
        description=description.value,
        declared_languages=(
            page.tree.get("lang"),
            page.tree.get("xml:lang"),
            *_stated_languages(page, article),
        ),
        provenance=tuple((field, origin) for field, origin in origins.items() if origin),
    )


def _stated_languages(page: Page, article: Node) -> tuple[str | None, ...]:
    stated = article.get("inLanguage")
    if isinstance(stated, dict):
        stated = stated.get("alternateName") or stated.get("name")
    return (text_of(stated), page.meta("og:locale"), page.meta("content-language", "dc.language", "language"))


def _is_free(page: Page, article: Node) -> FieldValue[bool]:
    """What the page declares. If it declares a part of itself not free and contains that part, the page is not free."""
    stated = _truth(article.get("isAccessibleForFree"))
    if stated is not None:
        return FieldValue(stated and not _has_closed_part(page, article), "json-ld")
    tier = (page.meta("article:content_tier", "og:article:content_tier") or "").lower()
    declared = {"free": True, "metered": False, "locked": False}.get(tier)
    return FieldValue(declared, "meta" if declared is not None else "")


def _truth(stated: object) -> bool | None:
    """A boolean of JSON-LD, which publishers also write as a string or a schema.org URL."""
    if isinstance(stated, bool):
        return stated
    word = stated.rsplit("/", 1)[-1].strip().lower() if isinstance(stated, str) else ""
    return {"true": True, "false": False}.get(word)


def _has_closed_part(page: Page, article: Node) -> bool:
    parts = article.get("hasPart")
    for part in (parts if isinstance(parts, list) else [parts])[:_MAX_PARTS]:
        if isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False:
            selector = part.get("cssSelector")
            name = _CLASS_SELECTOR.fullmatch(selector.strip()) if isinstance(selector, str) else None
            if name and page.tree.xpath("boolean(//*[contains(concat(' ', @class, ' '), $name)])", name=f" {name[1]} "):
                return True
    return False


def _section(page: Page, declared: DeclaredMetadata) -> FieldValue[str]:
    if stated := texts_of(declared.article.get("articleSection")):
        return FieldValue(stated[0][:_MAX_TAG_LENGTH], "json-ld")
    if named := single_line(page.meta(*SECTION_METAS) or "")[:_MAX_TAG_LENGTH]:
        return FieldValue(named, "meta")
    if section := _section_among(_breadcrumb(declared.structured_data).items(), declared):
        return FieldValue(section, "json-ld")
    section = _section_among(read_shown_sections(page.elements), declared)
    return FieldValue(section, "link" if section else "")


def _section_among(entries: Iterable[tuple[str, object]], declared: DeclaredMetadata) -> str | None:
    """The first entry of a breadcrumb between the front page and the article."""
    for name, url in entries:
        is_front_page = isinstance(url, str) and _FRONT_PAGE_URL.fullmatch(url)
        key = name_key(name)
        if not is_front_page and key not in _HOME_LABELS and key not in declared.site_name_keys:
            return None if match_key(name) in declared.headline_keys else name
    return None


def _breadcrumb(structured_data: StructuredData) -> dict[str, object]:
    """The entries of JSON-LD's breadcrumb in order, each name with its URL."""
    breadcrumb: Node = next((node for node in structured_data.nodes if "BreadcrumbList" in types_of(node)), {})
    listed = breadcrumb.get("itemListElement")
    found: dict[str, object] = {}
    for element in listed[:_MAX_PARTS] if isinstance(listed, list) else ():
        if isinstance(element, dict):
            item = element.get("item")
            inner = item if isinstance(item, dict) else {"@id": item}
            name = text_of(element.get("name")) or text_of(inner.get("name"))
            if name and len(name) <= _MAX_TAG_LENGTH:
                found.setdefault(name, inner.get("@id") or inner.get("url"))
    return found


def _tags(page: Page, declared: DeclaredMetadata) -> FieldValue[tuple[str, ...]]:
    """The publisher's keywords, split, without the site's name. Duplicates may differ in case and a leading hash."""
    for origin, stated in _stated_tags(page, declared.article.get("keywords")):
        tags: dict[str, str] = {}
        for part in _split_tags(stated):
            key = match_key(part)
            if not key or len(part) > _MAX_TAG_LENGTH or key.replace(" ", "") in declared.site_name_keys:
                continue
            is_headline = key in declared.headline_keys and len(key.split()) >= _MIN_HEADLINE_WORDS
            if is_topic(part) and not is_headline:
                tags.setdefault(key, part)
        if tags:
            return FieldValue(tuple(tags.values())[:_MAX_TAGS], origin)
    return FieldValue(None)


def _stated_tags(page: Page, keywords: object) -> Iterator[tuple[str, Sequence[str]]]:
    """The statements of keywords with their origins, the most trustworthy first; `keywords` are JSON-LD's."""
    nodes = [item.get("name") for item in keywords if isinstance(item, dict)] if isinstance(keywords, list) else []
    yield "json-ld", [*texts_of(keywords.split(",") if isinstance(keywords, str) else keywords), *texts_of(nodes)]
    yield "meta", page.metas.get("article:tag", ()) or page.metas.get("og:article:tag", ())
    yield "meta", page.metas.get("news_keywords", ())
    yield "meta", [*page.metas.get("content_tags", ()), *page.metas.get("sailthru.tags", ())]
    yield "meta", page.metas.get("keywords", ())
    yield "link", read_shown_tags(page.elements)


def _split_tags(stated: Sequence[str]) -> list[str]:
    """Single keywords. One text of many words in lower case has them divided by spaces alone."""
    parts = [single_line(html.unescape(part)).lstrip("# ") for text in stated for part in _TAG_SEPARATOR.split(text)]
    if len(parts) == 1 and len(words := parts[0].split()) >= _MIN_SPACED_TAGS and parts[0] == parts[0].lower():
        return words
    return parts


def _image(page: Page, article: Node) -> FieldValue[str]:
    for origin, stated in (
        ("meta", (*page.metas.get("og:image", ()), *page.metas.get("og:image:url", ()))),
        ("json-ld", _image_urls(article.get("image"), 3)),
        ("meta", (*page.metas.get("twitter:image", ()), *page.metas.get("twitter:image:src", ()))),
    ):
        if url := next((url for value in stated if (url := resolve_http_url(value, page.base_url))), None):
            return FieldValue(url, origin)
    return FieldValue(None)


def _image_urls(value: object, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [url for key in ("url", "contentUrl", "@id") if isinstance(url := value.get(key), str)]
    if isinstance(value, list) and depth:
        return [url for item in value for url in _image_urls(item, depth - 1)]
    return []


def _description(page: Page, article: Node) -> FieldValue[str]:
    if stated := text_of(page.meta("og:description", "description", "twitter:description")):
        return FieldValue(stated, "meta")
    stated = text_of(article.get("description"))
    return FieldValue(stated, "json-ld" if stated else "")
