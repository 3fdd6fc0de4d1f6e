"""Explain an extraction: the candidates for the fields, the evidence for an article, why each line stayed or went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.extraction.article import Article, Rejection
from crawlers.extraction.authors import Authors, author_candidates
from crawlers.extraction.block_model import block_model
from crawlers.extraction.body import blocks_with_features, weigh_lines
from crawlers.extraction.dates import FetchContext, published_candidates
from crawlers.extraction.extractor import extract, read_text_lines
from crawlers.extraction.line_rules import line_rules, matching_rules
from crawlers.extraction.metadata import read_declared
from crawlers.extraction.page import read_page
from crawlers.extraction.page_signals import PageSignals
from crawlers.extraction.source_profile import SourceProfile, furniture
from crawlers.extraction.titles import TitleCandidate, rank_titles
from crawlers.extraction.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from crawlers.dates import ParsedDate
    from crawlers.extraction.metadata import DeclaredMetadata
    from crawlers.extraction.page import Page
    from crawlers.extraction.page_kind import Weighed


_MAX_CANDIDATES = 12
"""Candidates of one field that are listed."""

_MIN_PROBABILITY = 0.05
"""From which a block that is neither taken nor in trafilatura's text is worth a line: menus are not."""
_REASONS = 3


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of the page and why it is, or is not, in the article."""

    text: str
    kept: bool
    probability: float | None
    """What the model gives it; None if the text was taken as trafilatura finds it."""
    reasons: tuple[str, ...]
    """For a line that cleaning dropped, the kinds of the rules that it matches, or its position; for one that is the
    source's, the number of its articles that were found to have it. For any other, the
    features that moved the model most, each with what it adds to the log odds."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of an extraction with its reasons."""

    found: Article | Rejection
    titles: tuple[TitleCandidate, ...]
    """The title candidates; the first one was chosen."""
    lines: tuple[ExplainedLine, ...] = ()
    """The lines of the page, in order, without those that clearly are not the article's."""
    authors: tuple[Authors, ...] = ()
    """The statements of the authors; the first one was chosen."""
    published: tuple[tuple[str, ParsedDate], ...] = ()
    """The dates that may be the publication, with their origins; the first one was chosen. Another may have added its
    time or zone."""
    kind: Weighed | None = None
    """What speaks for and against an article; None without a text."""


def explain(
    page: bytes,
    url: str,
    *,
    http_charset: str | None = None,
    fetched_at: datetime | None = None,
    source_profile: SourceProfile | None = None,
) -> Explanation:
    """Extract as `extract` does, with the reasons. There are no titles if the page could not be parsed."""
    found = without_profile = extract(page, url, http_charset=http_charset, fetched_at=fetched_at)
    of_source: dict[str, int] = {}
    if source_profile is not None and isinstance(without_profile, Article):
        found = extract(page, url, http_charset=http_charset, fetched_at=fetched_at, source_profile=source_profile)
        lines = without_profile.text.split("\n")
        of_source = {lines[number]: pages for number, pages in furniture(source_profile, lines).items()}
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
        lines=tuple(_explained(parsed, declared, found, of_source)) if isinstance(found, Article) else (),
        authors=tuple(islice(authors.values(), _MAX_CANDIDATES)),
        published=tuple(islice(published, _MAX_CANDIDATES)),
        kind=_kind(parsed, declared, context),
    )


def _kind(page: Page, declared: DeclaredMetadata, context: FetchContext) -> Weighed | None:
    lines = read_text_lines(page, declared)
    return PageSignals(page, declared, lines, context).kind if lines else None


def _explained(
    page: Page, declared: DeclaredMetadata, article: Article, of_source: Mapping[str, int]
) -> Iterator[ExplainedLine]:
    kept = Counter(article.text.split("\n"))
    rules = line_rules(article.language)
    model = block_model()
    keys = (declared.name_keys, declared.headline_keys)
    _, columns = blocks_with_features(page.elements, page.url, *keys)
    for number, line in enumerate(weigh_lines(page.elements, page.url, *keys)):
        stays = line.kept and kept[line.text] > 0
        kept[line.text] -= stays
        if line.kept and not stays:
            if pages := of_source.get(line.text):
                reason = f"the source's profile: {pages} articles have it"
                yield ExplainedLine(line.text, False, line.probability, (reason,))
                continue
            kinds = dict.fromkeys(rule.kind for rule in matching_rules(line.text, rules, in_tail=True))
            yield ExplainedLine(line.text, False, line.probability, tuple(kinds) or ("its position",))
        elif line.probability is None:
            yield ExplainedLine(line.text, stays, None, ())
        elif line.kept or line.in_body or line.probability >= _MIN_PROBABILITY:
            moved = model.contributions(columns, number)
            most = sorted(moved, key=lambda name: -abs(moved[name]))[:_REASONS]
            reasons = tuple(f"{name} {moved[name]:+.1f}" for name in most)
            yield ExplainedLine(line.text, stays, line.probability, reasons)
