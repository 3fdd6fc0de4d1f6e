"""A page under suspicion of being no article, with the figures that the rules ask for, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from crawlers.extraction.dates import is_dated
from crawlers.extraction.metadata import PAGE_TITLE_KEYS
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import count_words, match_key

if TYPE_CHECKING:
    from crawlers.extraction.metadata import DeclaredMetadata
    from crawlers.extraction.page import Page

_HEADLINE = 25
"""Letters from which the text of a link within a line may be a headline; shorter ones are words of a sentence."""
_SENTENCE_ENDS = frozenset(".!?…。！？।؟\"'”’»“）)")
_HIDDEN = ("script", "style", "noscript", "template", "svg", "head")


@dataclass(frozen=True)
class PageSignals:
    """A page with what was read from it, and the figures that the rules ask for."""

    page: Page
    declared: DeclaredMetadata
    lines: list[str]

    @cached_property
    def words(self) -> int:
        """Words of the extracted text."""
        return count_words(" ".join(self.lines))

    @cached_property
    def is_dated(self) -> bool:
        """True where the page, JSON-LD aside, states when it was published."""
        return is_dated(self.page)

    @cached_property
    def claims_article(self) -> bool:
        """True where the page calls itself an article: JSON-LD, `og:type`, or a stated publication date."""
        types = {kind.lower() for kind in self.page.metas.get("og:type", ())}
        return bool(self.declared.article) or "article" in types or self.is_dated

    @cached_property
    def title(self) -> str:
        """All titles that the page shows, folded, between bars."""
        return "|".join(match_key(text) for key in PAGE_TITLE_KEYS for text in self.declared.titles[key])

    @cached_property
    def shown(self) -> str:
        """Folded text of the whole page as a reader without scripts sees it."""
        return match_key(" ".join(_shown_text(self.page)))

    @cached_property
    def links(self) -> frozenset[str]:
        """Folded texts of all links of the page."""
        return frozenset(match_key(link.text_content()) for link in self.page.tree.iter("a"))

    @cached_property
    def loose_share(self) -> float:
        """Share of the text's letters in lines that do not end as sentences do."""
        total = sum(map(len, self.lines))
        loose = sum(len(line) for line in self.lines if line[-1] not in _SENTENCE_ENDS)
        return loose / total if total else 0.0

    @cached_property
    def linked_share(self) -> float:
        """Share of the text's letters in lines that are one link each, or in links as long as a headline."""
        lines = [match_key(line) for line in self.lines]
        total = sum(map(len, lines))
        if not total:
            return 0.0
        whole = sum(len(line) for line in lines if line in self.links)
        text = "\n".join(line for line in lines if line not in self.links)
        within = sum(len(link) for link in self.links if len(link) >= _HEADLINE and link in text)
        return (whole + within) / total

    @cached_property
    def teasers(self) -> int:
        """Lines that are the text of one link each, or stand right behind a heading that is."""
        summaries = {
            match_key(behind.text_content())
            for heading in self.page.tree.iter("h2", "h3", "h4")
            if (behind := heading.getnext()) is not None and match_key(heading.text_content()) in self.links
        }
        return sum(match_key(line) in self.links or match_key(line) in summaries for line in self.lines)


def _shown_text(page: Page) -> list[str]:
    texts: list[str] = []
    skipped = 0
    stack = [(page.tree, False)]
    while stack:
        element, done = stack.pop()
        hidden = element.tag in _HIDDEN
        if done:
            skipped -= hidden
        else:
            skipped += hidden
            if element.text and not skipped:
                texts.append(element.text)
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
            continue
        if element.tail and not skipped:
            texts.append(element.tail)
    return texts


def find_phrase(kind: str, where: str) -> str | None:
    """The first phrase of a kind that stands in a folded text: as whole words, in scripts without capitals anywhere
    (their words carry endings, or no blanks between them)."""
    for phrase, folded in _folded_phrases(kind):
        if folded in where and (_is_uncased(folded) or re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", where)):
            return phrase
    return None


def find_all_phrases(kind: str, where: str) -> list[str]:
    """All phrases of a kind in a folded text, at the start of a word or, in scripts without capitals, anywhere; of
    phrases within each other the longest."""
    found: list[str] = []
    for phrase, folded in _folded_phrases(kind):
        at = where.find(folded)
        if at < 0 or any(folded in match_key(other) for other in found):
            continue
        if at == 0 or not where[at - 1].isalnum() or _is_uncased(folded):
            found.append(phrase)
    return found


def _is_uncased(folded: str) -> bool:
    return any(letter.isalpha() and letter.upper() == letter.lower() for letter in folded)


@cache
def _folded_phrases(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((phrase, match_key(phrase)) for phrase in phrases("pages", kind))
