"""Why an extraction came out as it did: the wordings of the headline that were weighed, and the lines left out."""

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
    """What was found, and the wordings of the headline with what speaks for each, the one chosen first."""

    found: Article | Rejection
    titles: tuple[TitleCandidate, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    """Lines of the page's text that are not in the article's, in order, each with the rules that it answers to; with
    none where it went for its place (the headline's, a list of teasers, the end)."""


def explain(
    page: bytes, url: str, *, http_charset: str | None = None, fetched_at: datetime | None = None
) -> Explanation:
    """The same extraction as `extract` makes, with its reasons; no titles where the page could not even be parsed."""
    found = extract(page, url, http_charset=http_charset, fetched_at=fetched_at)
    parsed = read_page(page, url, http_charset)
    if isinstance(parsed, Rejection):
        return Explanation(found, ())
    declared = read_declared(parsed)
    titles = tuple(rank_titles(declared.article, declared.titles, declared.names))
    return Explanation(found, titles, tuple(_dropped(parsed, found)) if isinstance(found, Article) else ())


def _dropped(page: Page, article: Article) -> Iterator[tuple[str, str]]:
    kept = Counter(article.text.split("\n"))
    rules = line_rules(article.language)
    for line in uncleaned_lines(page.tree, page.url):
        if kept[line]:
            kept[line] -= 1
        else:
            yield line, ", ".join(dict.fromkeys(rule.kind for rule in matching_rules(line, rules, in_tail=True)))
