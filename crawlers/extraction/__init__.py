"""From one archived page, or one imported record, to an `Article` or a `Rejection`. Pure: no network, disk or clock.

trafilatura finds the text; around it stand the charset, the metadata (JSON-LD, meta elements, then trafilatura) and
the question whether the page is an article at all. The time limit on a page is the business of whoever calls.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from crawlers.extraction.article import Article, Precision, Rejection, RejectionReason
from crawlers.extraction.body import read_lines
from crawlers.extraction.cleaning import clean_text, without_repeated
from crawlers.extraction.dates import FetchContext
from crawlers.extraction.imported_records import extract_record
from crawlers.extraction.language import find_language
from crawlers.extraction.metadata import DeclaredMetadata, choose_metadata, read_declared
from crawlers.extraction.page import Page, read_page
from crawlers.extraction.page_signals import PageSignals
from crawlers.extraction.rejections import FEWEST_WORDS, reject
from crawlers.extraction.script_state import article_body, article_in_scripts
from crawlers.extraction.text import count_words, match_key

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "EXTRACTOR_VERSION",
    "Article",
    "Precision",
    "Rejection",
    "RejectionReason",
    "clean_text",
    "extract",
    "extract_record",
]

EXTRACTOR_VERSION = f"newsloom-3+trafilatura-{version('trafilatura')}"
"""Stands on every row. Its first figure moves whenever any page would come out differently."""

_LONGEST_MADE_TITLE = 200
"""Characters of the first line that stand in for a headline where the page has none."""


def extract(
    page: bytes,
    url: str,
    *,
    http_charset: str | None = None,
    fetched_at: datetime | None = None,
    listed_at: datetime | None = None,
) -> Article | Rejection:
    """The article on a page.

    `page` is the body as received, without content encoding; `url` the address it came from (after redirects);
    `http_charset` the charset of its Content-Type header; `fetched_at` (aware) when it came: where it is given, no date
    of the article lies more than a day after it; `listed_at` (aware) when it was published according to the feed or
    sitemap that named it. Deterministic, and it never raises: what nobody foresaw is a
    rejection with `extractor_error` and the error's type and message.
    """
    try:
        return _extract(page, url, http_charset, FetchContext(fetched_at, listed_at))
    except Exception as error:  # noqa: BLE001 - one page must cost no more than itself
        return Rejection(RejectionReason.EXTRACTOR_ERROR, f"{type(error).__name__}: {error}"[:500])


def _lines(page: Page, declared: DeclaredMetadata) -> list[str]:
    """The text that the page shows; where it shows next to none, the one in its scripts, then that of JSON-LD."""
    lines = read_lines(page.tree, page.url, declared.named, declared.stated)
    stated = article_body(declared.article)
    if len(stated) > len(lines) and match_key(" ".join(lines)) == match_key(" ".join(stated)):
        return stated  # trafilatura found it there, and made one line of it
    if count_words(" ".join(lines)) >= FEWEST_WORDS:
        return lines
    hidden = article_in_scripts(page.tree)
    found = read_lines(hidden, page.url, declared.named, declared.stated) if hidden is not None else []
    return max(lines, found, stated, key=lambda text: count_words(" ".join(text)))


def _extract(body: bytes, url: str, http_charset: str | None, known: FetchContext) -> Article | Rejection:
    page = read_page(body, url, http_charset)
    if isinstance(page, Rejection):
        return page
    declared = read_declared(page)
    lines = _lines(page, declared)
    if rejection := reject(PageSignals(page, declared, lines)):
        return rejection
    found = choose_metadata(page, declared, known)
    lines = without_repeated(lines, declared.stated, found.authors)
    text = "\n".join(lines)
    language, language_from = find_language(found.declared_languages, text)
    return Article(
        url=found.url,
        title=found.title or lines[0][:_LONGEST_MADE_TITLE],
        authors=found.authors,
        published_at=found.published.at if found.published else None,
        modified_at=found.modified.at if found.modified else None,
        published_precision=found.published.precision if found.published else None,
        language=language,
        section=found.section,
        tags=found.tags,
        image_url=found.image_url,
        description=found.description,
        text=text,
        is_free=declared.is_free.value,
        provenance=(*found.provenance, *((("language", language_from),) if language else ())),
    )
