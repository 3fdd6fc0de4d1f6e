"""Explain an extraction: the candidates for the fields, the evidence for an article, the lines that were dropped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.extraction import Article, Rejection, extract, read_text_lines
from crawlers.extraction.authors import Authors, author_candidates
from crawlers.extraction.body import uncleaned_lines
from crawlers.extraction.dates import FetchContext, published_candidates
from crawlers.extraction.line_rules import line_rules, matching_rules
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.page_signals import PageSignals
from crawlers.extraction.titles import TitleCandidate, rank_titles
from crawlers.extraction.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawlers.dates import ParsedDate
    from crawlers.extraction.metadata import DeclaredMetadata
    from crawlers.extraction.page import Page
    from crawlers.extraction.page_kind import Weighed


_MAX_CANDIDATES = 12
"""Candidates of one field that are listed."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of an extraction with its reasons."""

    found: Article | Rejection
    titles: tuple[TitleCandidate, ...]
    """The title candidates; the first one was chosen."""
    dropped: tuple[tuple[str, str], ...] = ()
    """The lines of the page's text that are not in the article, in order, each with the kinds of the rules it matches.
    A line without any was dropped for its position (a repeated headline, a list of teasers, the end of the text)."""
    authors: tuple[Authors, ...] = ()
    """The statements of the authors; the first one was chosen."""
    published: tuple[tuple[str, ParsedDate], ...] = ()
    """The dates that may be the publication, with their origins; the first one was chosen. Another may have added its
    time or zone."""
    kind: Weighed | None = None
    """What speaks for and against an article; None without a text."""


def explain(
    page: bytes, url: str, *, http_charset: str | None = None, fetched_at: datetime | None = None
) -> Explanation:
    """Extract as `extract` does, with the reasons. There are no titles if the page could not be parsed."""
    found = extract(page, url, http_charset=http_charset, fetched_at=fetched_at)
    parsed = read_page(page, url, http_charset)
    if isinstance(parsed, Rejection):
        return Explanation(found, ())
    declared = read_declared(parsed)
    context = FetchContext(fetched_at)
    authors: dict[tuple[tuple[str, ...], str], Authors] = {}
    for stated in author_candidates(parsed, declared.article):
        authors.setdefault((stated.names, stated.origin), stated)
    published = published_candidates(parsed, declared.article, canonical_url(parsed), context)
    return Explanation(
        found,
        titles=tuple(rank_titles(declared.article, declared.titles, declared.site_name_keys)),
        dropped=tuple(_dropped(parsed, found)) if isinstance(found, Article) else (),
        authors=tuple(islice(authors.values(), _MAX_CANDIDATES)),
        published=tuple(islice(published, _MAX_CANDIDATES)),
        kind=_kind(parsed, declared, context),
    )


def _kind(page: Page, declared: DeclaredMetadata, context: FetchContext) -> Weighed | None:
    lines = read_text_lines(page, declared)
    return PageSignals(page, declared, lines, context).kind if lines else None


def _dropped(page: Page, article: Article) -> Iterator[tuple[str, str]]:
    kept = Counter(article.text.split("\n"))
    rules = line_rules(article.language)
    for line in uncleaned_lines(page.tree, page.url):
        if kept[line]:
            kept[line] -= 1
        else:
            yield line, ", ".join(dict.fromkeys(rule.kind for rule in matching_rules(line, rules, in_tail=True)))
