"""Read when a page states that its article was published and last modified."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.dates import parse_date
from crawlers.extraction.page_regions import is_in_other_content
from crawlers.extraction.shown_dates import rank_shown_dates
from crawlers.languages import iso_639_1

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawlers.dates import ParsedDate
    from crawlers.extraction.elements import Elements
    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.page import Page
    from crawlers.extraction.shown_dates import ShownDate

PUBLISHED_METAS = (
    "article:published_time",
    "article:published:time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "published",
    "published_time",
    "citation_publication_date",
    "prism.publicationdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publish-date",
    "publish_date",
    "publishdate",
    "pubdate",
    "publication_date",
    "date.issued",
    "dc.date.issued",
    "dcterms.created",
)
"""Names of the meta elements in which publishers and their tools state the publication date, the most exact first."""
DATE_METAS = ("dc.date", "dcterms.date", "date")
"""Names of the meta elements for a date of the page, which need not be the publication: Dublin Core's is "associated
with an event in the lifecycle of the resource"."""
MODIFIED_METAS = (
    "article:modified_time",
    "article:modified:time",
    "article:modified",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
)

_PUBLISHED_CLASSES = frozenset({"published", "dt-published"})
_PROSE_DAY = re.compile(r"[A-Za-z]{3,9}\.? \d{1,2}, \d{4}")


def published_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the publication date with its origin, the most trustworthy first: JSON-LD, meta elements,
    marked `time` elements. Without a day in prose in JSON-LD (see `choose_dates`)."""
    yield from _exact_statements(page, article)
    yield from _metas(page, DATE_METAS)
    yield from read_dates(page, "time", map(_moment_of, _marked_times(page)))
    yield from read_dates(page, "json-ld", [article.get("dateCreated")])


def _exact_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    stated = article.get("datePublished")
    yield from read_dates(page, "json-ld", [] if _is_prose(stated) else [stated])
    yield from _metas(page, PUBLISHED_METAS)


def _metas(page: Page, names: Iterable[str]) -> Iterator[tuple[str, ParsedDate]]:
    return read_dates(page, "meta", (content for name in names for content in page.metas.get(name, ())))


def _is_prose(stated: object) -> bool:
    return isinstance(stated, str) and _PROSE_DAY.fullmatch(stated.strip()) is not None


def all_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement; before a general meta element the date that the page shows, if it clearly is the publication."""
    is_general = any(name in page.metas for name in DATE_METAS) and next(_exact_statements(page, article), None) is None
    if is_general:
        yield from ((one.origin, one.parsed) for one in shown_dates(page)[:1] if one.is_sure)
    yield from published_statements(page, article)


def shown_dates(page: Page) -> list[ShownDate]:
    """The dates that the page shows its readers, the most probable publication first."""
    return rank_shown_dates(page.elements, page_language(page), page.url)


def is_dated(page: Page) -> bool:
    """True if the page states outside of JSON-LD when it was published."""
    return next(published_statements(page, {}), None) is not None


def read_dates(page: Page, origin: str, values: Iterable[object]) -> Iterator[tuple[str, ParsedDate]]:
    """Those of some values that are dates, read in the language of the page, with their origin."""
    language = page_language(page)
    return ((origin, parsed) for value in values if (parsed := parse_date(value, language)))


def page_language(page: Page) -> str:
    """The language that the page declares (ISO 639-1), for the reading of its dates; empty if it declares none."""
    return iso_639_1(page.tree.get("lang") or page.meta("content-language")) or ""


def modified_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the last modification with its origin, the most trustworthy first."""
    yield from read_dates(page, "json-ld", [article.get("dateModified")])
    yield from _metas(page, MODIFIED_METAS)


def _marked_times(page: Page) -> list[HtmlElement]:
    """Elements that are marked up as the publication date, apart from those of other articles and of comments."""
    return [
        element for element in _with_dates(page.elements) if element.tag != "meta" and not is_in_other_content(element)
    ]


def _moment_of(element: HtmlElement) -> str | None:
    stated = (element.get(name) for name in ("datetime", "content", "title"))
    return next((value for value in stated if value), None)


def _with_dates(elements: Elements) -> list[HtmlElement]:
    published = [
        element
        for element, named in elements.having("itemprop")
        if named == "datePublished" and (element.get("datetime") is not None or element.get("content") is not None)
    ]
    times = [
        time for time in elements.named("time") if time.get("pubdate") is not None and time.get("datetime") is not None
    ]
    # Microformats, as blogs have them: <abbr class="published" title="2026-05-01T10:00:00Z">.
    entries = [
        element
        for element, names in elements.having("class")
        if "published" in names and not _PUBLISHED_CLASSES.isdisjoint(names.split()) and _moment_of(element) is not None
    ]
    published += entries if len(entries) == 1 else []  # several are those of a list
    # In page order, in which the two kinds stand mixed.
    dated = {*published, *times}
    return [element for element in elements.all if element in dated] if times else published
