"""The steps from a stored page to an article, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.extraction.article import Article, Rejection, RejectionReason
from crawlers.extraction.body import read_lines
from crawlers.extraction.cleaning import without_repeated
from crawlers.extraction.dates import FetchContext
from crawlers.extraction.elements import Elements
from crawlers.extraction.language import find_language
from crawlers.extraction.metadata import DeclaredMetadata, read_declared
from crawlers.extraction.page import Page, read_page
from crawlers.extraction.page_signals import PageSignals
from crawlers.extraction.rejections import MIN_ARTICLE_WORDS, reject
from crawlers.extraction.script_state import article_body, article_in_scripts
from crawlers.extraction.source_profile import SourceProfile, cleaned
from crawlers.extraction.text import count_words, match_key

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.extraction.block_model import BlockModel

_MANY_CHARACTERS = 1000
"""Characters of a text that are counted first: they have enough words but where words are very long."""
_MAX_TITLE_FROM_TEXT = 200
"""Characters of the first line that serve as the title if the page states none."""


def extract(
    page: bytes,
    url: str,
    *,
    http_charset: str | None = None,
    fetched_at: datetime | None = None,
    listed_at: datetime | None = None,
    model: BlockModel | None = None,
    source_profile: SourceProfile | None = None,
) -> Article | Rejection:
    """Extract the article from a page.

    `page` is the response body without content encoding, `url` the URL it came from (after redirects), `http_charset`
    the charset in its Content-Type header. If `fetched_at` (aware) is given, no date of the article is more than a day
    later. `listed_at` (aware) is the publication time in the feed or sitemap that listed the page. `model` replaces the
    one of this package that chooses the text. `source_profile` is what stands on many pages of the source: it is
    dropped from text and title.

    Never raises: an unexpected error is a rejection with the reason `extractor_error` and the error's type and message.
    """
    try:
        return _extract(page, url, http_charset, FetchContext(fetched_at, listed_at), model, source_profile)
    except Exception as error:  # noqa: BLE001 - an error on one page must not affect others
        return Rejection(RejectionReason.EXTRACTOR_ERROR, f"{type(error).__name__}: {error}"[:500])


def read_text_lines(page: Page, declared: DeclaredMetadata, model: BlockModel | None = None) -> list[str]:
    """The visible text; if there is hardly any, the text in the page's scripts or in JSON-LD, whichever is longest.

    `model` replaces the one that chooses the blocks of text.
    """
    from_json_ld = article_body(declared.article)
    stated = " ".join(from_json_ld)
    lines = read_lines(page.elements, page.url, declared.name_keys, declared.headline_keys, model)
    if len(from_json_ld) > len(lines) and match_key(" ".join(lines)) == match_key(stated):
        return from_json_ld  # trafilatura took the text from there and joined its lines
    text = " ".join(lines)
    if any(count_words(part) >= MIN_ARTICLE_WORDS for part in (text[:_MANY_CHARACTERS], text)):
        return lines
    hidden = article_in_scripts(page.elements)
    from_scripts = (
        read_lines(Elements(hidden), page.url, declared.name_keys, declared.headline_keys, model)
        if hidden is not None
        else []
    )
    return max(lines, from_scripts, from_json_ld, key=lambda text: count_words(" ".join(text)))


def _extract(
    body: bytes,
    url: str,
    http_charset: str | None,
    context: FetchContext,
    model: BlockModel | None,
    profile: SourceProfile | None,
) -> Article | Rejection:
    page = read_page(body, url, http_charset)
    if isinstance(page, Rejection):
        return page
    declared = read_declared(page)
    lines = read_text_lines(page, declared, model)
    signals = PageSignals(page, declared, lines, context)
    if rejection := reject(signals):
        return rejection
    found = signals.metadata
    lines = without_repeated(lines, declared.headline_keys, found.authors)
    title = found.title or lines[0][:_MAX_TITLE_FROM_TEXT]
    if profile is not None:
        title, lines = cleaned(profile, title, lines)
    text = "\n".join(lines)
    language, language_origin = find_language(found.declared_languages, text)
    return Article(
        url=found.url,
        title=title,
        authors=found.authors,
        published_at=found.published.at if found.published else None,
        modified_at=found.modified.at if found.modified else None,
        published_precision=found.published.precision if found.published else None,
        published_utc_offset=found.published.utc_offset if found.published else None,
        language=language,
        section=found.section,
        tags=found.tags,
        image_url=found.image_url,
        description=found.description,
        text=text,
        is_free=declared.is_free.value,
        provenance=(*found.provenance, *((("language", language_origin),) if language else ())),
    )
