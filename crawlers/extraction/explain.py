"""Explain an extraction: the titles that were weighed and the lines that were dropped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.extraction import Article, Rejection, extract
from crawlers.extraction.body import uncleaned_lines
from crawlers.extraction.line_rules import line_rules, matching_rules
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.titles import TitleCandidate, rank_titles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawlers.extraction.page import Page


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of an extraction with its reasons."""

    found: Article | Rejection
    titles: tuple[TitleCandidate, ...]
    """The title candidates; the first one was chosen."""
    dropped: tuple[tuple[str, str], ...] = ()
    """The lines of the page's text that are not in the article, in order, each with the kinds of the rules it matches.
    A line without any was dropped for its position (a repeated headline, a list of teasers, the end of the text)."""


def explain(
    page: bytes, url: str, *, http_charset: str | None = None, fetched_at: datetime | None = None
) -> Explanation:
    """Extract as `extract` does, with the reasons. There are no titles if the page could not be parsed."""
    found = extract(page, url, http_charset=http_charset, fetched_at=fetched_at)
    parsed = read_page(page, url, http_charset)
    if isinstance(parsed, Rejection):
        return Explanation(found, ())
    declared = read_declared(parsed)
    titles = tuple(rank_titles(declared.article, declared.titles, declared.site_name_keys))
    return Explanation(found, titles, tuple(_dropped(parsed, found)) if isinstance(found, Article) else ())


def _dropped(page: Page, article: Article) -> Iterator[tuple[str, str]]:
    kept = Counter(article.text.split("\n"))
    rules = line_rules(article.language)
    for line in uncleaned_lines(page.tree, page.url):
        if kept[line]:
            kept[line] -= 1
        else:
            yield line, ", ".join(dict.fromkeys(rule.kind for rule in matching_rules(line, rules, in_tail=True)))
