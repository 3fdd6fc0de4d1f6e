"""All that a page says about its article but the text: JSON-LD first, then meta elements, then trafilatura."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crawlers.discovery.urls import normalise_url
from crawlers.extraction.author_names import clean_names
from crawlers.extraction.authors import choose_authors, structured_names
from crawlers.extraction.dates import NO_CONTEXT, FetchContext, choose_dates
from crawlers.extraction.json_ld import Node, StructuredData, read_structured_data, text_of, texts_of, types_of
from crawlers.extraction.stated_titles import page_titles, site_names
from crawlers.extraction.text import match_key, single_line
from crawlers.extraction.titles import choose_title
from crawlers.extraction.urls import canonical_url, resolve_http_url

if TYPE_CHECKING:
    from crawlers.extraction.date_parsing import ParsedDate
    from crawlers.extraction.page import Page

T = TypeVar("T")

_MAX_TAGS = 50
"""Real lists of tags are shorter; longer ones are a vocabulary pasted into the keywords."""
_LONGEST_TAG = 100
PAGE_TITLE_KEYS = ("h1", "og", "title", "crumb")
"""Keys of `DeclaredMetadata.titles` that are titles of the page; the rest may be those of its parts."""
_MAX_PARTS = 10
_FRONT = re.compile(r"(?:https?://[^/]*)?/?")
_HOME = frozenset({"home", "homepage", "startseite", "accueil", "inicio", "início", "stronagłówna", "главная"})
_CLASS = re.compile(r"[\w-]*\.([\w-]+)")
"""The selector that publishers give for the part behind the paywall: a class, seldom with an element's name."""
_BETWEEN_TAGS = re.compile(r"\s*[,;|，、；]\s*")


@dataclass(frozen=True, slots=True)
class FieldValue(Generic[T]):
    """A value with the kind of statement it comes from; None and empty where there is none."""

    value: T | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredMetadata:
    """What the page says of itself before anything is chosen from its body."""

    structured_data: StructuredData
    article: Node
    """The JSON-LD node of the article shown; empty where there is none."""
    titles: dict[str, list[str]]
    """As `page_titles` gives them."""
    names: frozenset[str]
    """As `site_names` gives them."""
    is_free: FieldValue[bool]

    @property
    def named(self) -> frozenset[str]:
        """Folded names that stand above or below an article for themselves: JSON-LD's authors, section, breadcrumb."""
        names = [*clean_names(structured_names(self.article.get("author"), 3)), *_crumbs(self.structured_data)]
        names += [text for text in texts_of(self.article.get("articleSection")) if len(text) <= _LONGEST_TAG]
        return frozenset(match_key(name) for name in names) - {""}

    @property
    def stated(self) -> frozenset[str]:
        """The headline in all forms in which the page states it, folded."""
        texts = [text_of(self.article.get("headline")), *(text for key in PAGE_TITLE_KEYS for text in self.titles[key])]
        return frozenset(match_key(text) for text in texts if text) - {""}

    def is_title(self, line: str) -> bool:
        """True for a line that repeats the headline in any of the forms in which the page states it."""
        return match_key(line) in self.stated


@dataclass(frozen=True, slots=True)
class ArticleMetadata:
    """The fields of an `Article` beside its text and language."""

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
    """As in `Article`, but for the language."""


def read_declared(page: Page) -> DeclaredMetadata:
    """The page's statements about itself, read once for the choice of fields and for the rejections."""
    structured_data = read_structured_data(page.tree)
    titles = page_titles(page, structured_data)
    article = structured_data.article(text for texts in titles.values() for text in texts)
    return DeclaredMetadata(
        structured_data, article, titles, site_names(page, structured_data), _is_free(page, article)
    )


def choose_metadata(page: Page, declared: DeclaredMetadata, known: FetchContext = NO_CONTEXT) -> ArticleMetadata:
    """Every field from the statement most to be trusted; no date more than a day after the fetch, where that is known.

    Raises ValueError for an address that is not http(s).
    """
    article = declared.article
    url = canonical_url(page)
    headline = choose_title(article, declared.titles, declared.names)
    authors = choose_authors(page, article)
    dates = choose_dates(page, article, url, known)
    section, tags, image, description = (
        _section(page, declared),
        _tags(page, declared),
        _image(page, article),
        _description(page, article),
    )
    origins = {
        "url": "address" if url == normalise_url(page.url) else "link",
        "title": headline.kind if headline else "text",
        "authors": authors.origin,
        "published_at": dates.published_from,
        "modified_at": dates.modified_from,
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
    """What the page declares; a part that it declares not free, and that is there, makes the whole not free."""
    stated = _truth(article.get("isAccessibleForFree"))
    if stated is not None:
        return FieldValue(stated and not _has_closed_part(page, article), "json-ld")
    tier = (page.meta("article:content_tier", "og:article:content_tier") or "").lower()
    declared = {"free": True, "metered": False, "locked": False}.get(tier)
    return FieldValue(declared, "meta" if declared is not None else "")


def _truth(stated: Any) -> bool | None:
    if isinstance(stated, bool):
        return stated
    word = stated.rsplit("/", 1)[-1].strip().lower() if isinstance(stated, str) else ""
    return {"true": True, "false": False}.get(word)


def _has_closed_part(page: Page, article: Node) -> bool:
    parts = article.get("hasPart")
    for part in (parts if isinstance(parts, list) else [parts])[:_MAX_PARTS]:
        if isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False:
            selector = part.get("cssSelector")
            name = _CLASS.fullmatch(selector.strip()) if isinstance(selector, str) else None
            if name and page.tree.xpath("boolean(//*[contains(concat(' ', @class, ' '), $name)])", name=f" {name[1]} "):
                return True
    return False


def _section(page: Page, declared: DeclaredMetadata) -> FieldValue[str]:
    if stated := texts_of(declared.article.get("articleSection")):
        return FieldValue(stated[0][:_LONGEST_TAG], "json-ld")
    if named := single_line(page.meta("article:section", "og:article:section", "section") or "")[:_LONGEST_TAG]:
        return FieldValue(named, "meta")
    crumb = _section_of_crumbs(declared)
    return FieldValue(crumb, "json-ld" if crumb else "")


def _section_of_crumbs(declared: DeclaredMetadata) -> str | None:
    """The first station of the breadcrumb in JSON-LD between the front page and the article."""
    for name, address in _crumbs(declared.structured_data).items():
        is_front = isinstance(address, str) and _FRONT.fullmatch(address)
        squeezed = match_key(name).replace(" ", "")
        if not is_front and squeezed not in _HOME and squeezed not in declared.names:
            return None if declared.is_title(name) else name
    return None


def _crumbs(structured_data: StructuredData) -> dict[str, Any]:
    """The stations of the breadcrumb in JSON-LD with their addresses, in order."""
    crumbs = next((node for node in structured_data.nodes if "BreadcrumbList" in types_of(node)), {})
    listed = crumbs.get("itemListElement")
    found: dict[str, Any] = {}
    for element in listed[:_MAX_PARTS] if isinstance(listed, list) else ():
        if isinstance(element, dict):
            item = element.get("item")
            inner = item if isinstance(item, dict) else {"@id": item}
            name = text_of(element.get("name")) or text_of(inner.get("name"))
            if name and len(name) <= _LONGEST_TAG:
                found.setdefault(name, inner.get("@id") or inner.get("url"))
    return found


def _tags(page: Page, declared: DeclaredMetadata) -> FieldValue[tuple[str, ...]]:
    """The publisher's keywords, split, each once but for case and a hash in front; not the name of the site."""
    keywords = declared.article.get("keywords")
    nodes = [item.get("name") for item in keywords if isinstance(item, dict)] if isinstance(keywords, list) else []
    for origin, stated in (
        ("json-ld", [*texts_of(keywords), *texts_of(nodes)]),
        ("meta", page.metas.get("article:tag", ()) or page.metas.get("og:article:tag", ())),
        ("meta", page.metas.get("news_keywords", ())),
        ("meta", page.metas.get("keywords", ())),
    ):
        tags: dict[str, str] = {}
        for part in (
            single_line(html.unescape(part)).lstrip("# ") for text in stated for part in _BETWEEN_TAGS.split(text)
        ):
            folded = match_key(part)
            if folded and len(part) <= _LONGEST_TAG and folded.replace(" ", "") not in declared.names:
                tags.setdefault(folded, part)
        if tags:
            return FieldValue(tuple(tags.values())[:_MAX_TAGS], origin)
    return FieldValue(None)


def _image(page: Page, article: Node) -> FieldValue[str]:
    for origin, stated in (
        ("meta", (*page.metas.get("og:image", ()), *page.metas.get("og:image:url", ()))),
        ("json-ld", _addresses(article.get("image"), 3)),
        ("meta", (*page.metas.get("twitter:image", ()), *page.metas.get("twitter:image:src", ()))),
    ):
        if url := next((url for value in stated if (url := resolve_http_url(value, page.url))), None):
            return FieldValue(url, origin)
    return FieldValue(None)


def _addresses(value: Any, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [url for key in ("url", "contentUrl", "@id") if isinstance(url := value.get(key), str)]
    if isinstance(value, list) and depth:
        return [url for item in value for url in _addresses(item, depth - 1)]
    return []


def _description(page: Page, article: Node) -> FieldValue[str]:
    if stated := text_of(page.meta("og:description", "description", "twitter:description")):
        return FieldValue(stated, "meta")
    stated = text_of(article.get("description"))
    return FieldValue(stated, "json-ld" if stated else "")
