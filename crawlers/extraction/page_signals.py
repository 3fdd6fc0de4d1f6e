"""Measure a page for the decision whether it is an article (`rejections`), and search texts for telltale phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from crawlers.counts import counted
from crawlers.extraction.cleaning import is_paragraph
from crawlers.extraction.date_statements import is_dated
from crawlers.extraction.dates import NO_CONTEXT, FetchContext
from crawlers.extraction.metadata import choose_metadata
from crawlers.extraction.page_kind import Weighed, measure, weigh
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import count_words, match_key, spellings

if TYPE_CHECKING:
    from crawlers.extraction.metadata import ArticleMetadata, DeclaredMetadata
    from crawlers.extraction.page import Page

_MIN_HEADLINE = 25
"""Letters from which the text of a link within a line may be a headline; shorter links are words of a sentence."""
_SENTENCE_ENDS = frozenset(".!?…。！？।؟\"'”’»“）)")
_HIDDEN = ("script", "style", "noscript", "template", "svg", "head")


@dataclass(frozen=True)
class PageSignals:
    """A page, what was read from it, and measurements, each computed when a rule first asks for it."""

    page: Page
    declared: DeclaredMetadata
    lines: list[str]
    context: FetchContext = NO_CONTEXT

    @cached_property
    def metadata(self) -> ArticleMetadata:
        """The fields of the article that the page may be."""
        return choose_metadata(self.page, self.declared, self.context)

    @cached_property
    def kind(self) -> Weighed:
        """What speaks for and against an article, weighed."""
        return weigh(measure(self))

    @cached_property
    def words(self) -> int:
        """Words of the extracted text."""
        return count_words(" ".join(self.lines))

    @property
    def number_of_words(self) -> str:
        """`words` with its noun, for messages."""
        return counted(self.words, "word")

    @cached_property
    def is_dated(self) -> bool:
        """True if the page states outside of JSON-LD when it was published."""
        return is_dated(self.page)

    @cached_property
    def claims_article(self) -> bool:
        """True if the page calls itself an article: by JSON-LD, `og:type` or a publication date."""
        types = {kind.lower() for kind in self.page.metas.get("og:type", ())}
        return bool(self.declared.article) or "article" in types or self.is_dated

    @cached_property
    def title(self) -> str:
        """Match keys of all titles that the page shows, separated by bars."""
        return "|".join(map(match_key, self.declared.titles.of_page))

    @cached_property
    def first_heading(self) -> str:
        """Match key of the first heading of a page without an `h1`; else empty."""
        titles = self.declared.titles
        return "" if titles.h1 else match_key(next(iter(titles.heading_parts), ""))

    @cached_property
    def visible_text(self) -> str:
        """Match key of the text of the whole page, as a reader without scripts sees it."""
        return match_key(" ".join(_visible_texts(self.page)))

    @cached_property
    def links(self) -> frozenset[str]:
        """Match keys of the texts of all links to other pages; those of a table of contents are not among them."""
        own = self.page.url.partition("#")[0]
        return frozenset(
            match_key(link.text_content())
            for link in self.page.elements.named("a")
            if link.get("href", "").partition("#")[0] not in ("", own)
        )

    @cached_property
    def unfinished_share(self) -> float:
        """Share of the text's characters in lines that do not end like a sentence."""
        total = sum(map(len, self.lines))
        unfinished = sum(len(line) for line in self.lines if line[-1] not in _SENTENCE_ENDS)
        return unfinished / total if total else 0.0

    @cached_property
    def prose_share(self) -> float:
        """Share of the text's characters in paragraphs."""
        total = sum(map(len, self.lines))
        return sum(len(line) for line in self.lines if is_paragraph(line)) / total if total else 0.0

    @cached_property
    def linked_share(self) -> float:
        """Share of the text's characters in lines that are a link, or in links as long as a headline."""
        lines = [match_key(line) for line in self.lines]
        total = sum(map(len, lines))
        if not total:
            return 0.0
        whole = sum(len(line) for line in lines if line in self.links)
        text = "\n".join(line for line in lines if line not in self.links)
        within = sum(len(link) for link in self.links if len(link) >= _MIN_HEADLINE and link in text)
        return (whole + within) / total

    @cached_property
    def teasers(self) -> int:
        """The number of lines that are no `own_lines`."""
        return len(self.lines) - len(self.own_lines)

    @cached_property
    def own_lines(self) -> list[str]:
        """The lines that are no teasers of other pages: neither the text of a link, nor a heading in one, nor what
        follows directly after such a heading."""
        others = set(self.links)
        for heading in self.page.elements.among("h2", "h3", "h4"):
            link = next(heading.iterancestors("a"), None)
            key = match_key(heading.text_content())
            if link is None and key not in self.links:
                continue
            others.add(key)
            last = link if link is not None and heading.getnext() is None else heading
            if (following := last.getnext()) is not None:
                others.add(match_key(following.text_content()))
        return [line for line in self.lines if match_key(line) not in others]


def _visible_texts(page: Page) -> list[str]:
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


def find_phrase(kind: str, text: str) -> str | None:
    """The first phrase of a kind in a text (a match key).

    A phrase matches as whole words. In scripts without capitals it matches anywhere, because words carry endings or are
    not separated.
    """
    for phrase, key in _phrases_with_keys(kind):
        if key in text and (_is_uncased(key) or re.search(rf"(?<!\w){re.escape(key)}(?!\w)", text)):
            return phrase
    return None


def find_all_phrases(kind: str, text: str) -> list[str]:
    """All phrases of a kind in a text (a match key), without those that are part of a longer one.

    A phrase matches at the start of a word or, in scripts without capitals, anywhere.
    """
    found: list[str] = []
    for phrase, key in _phrases_with_keys(kind):
        at = text.find(key)
        if at < 0 or any(key in match_key(other) for other in found):
            continue
        if at == 0 or not text[at - 1].isalnum() or _is_uncased(key):
            found.append(phrase)
    return found


def _is_uncased(text: str) -> bool:
    return any(letter.isalpha() and letter.upper() == letter.lower() for letter in text)


@cache
def _phrases_with_keys(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((phrase, spelling) for phrase in phrases("pages", kind) for spelling in spellings(match_key(phrase)))
