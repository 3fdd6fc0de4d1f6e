"""What is not an article. Each rule is a question to the page; the first that answers decides.

A real article must pass: nearly every rule asks for a short text besides its own sign, because signs alone (a cookie
notice, a paywall template, `og:type` "website") stand on real articles as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.extraction.dates import published_moments
from crawlers.extraction.records import Reason, Rejection
from crawlers.extraction.rules import phrases
from crawlers.extraction.words import count_words, fold, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawlers.extraction.metadata import Head
    from crawlers.extraction.page import Page

FEWEST_WORDS = 25
"""Fewer words are a caption, a notice or a remnant: the shortest text in two public collections of article
pages (article-extraction-benchmark, Fundus) has 69, and news in brief may have half of that."""
STUB_WORDS = 60
"""A paywall stub is the lead or less; longer openings are kept, with `is_free` False."""
CLEAR_STUB_WORDS = 90
"""The same where the page both declares itself not free and asks to subscribe for the rest."""
NOTICE_WORDS = 150
"""Error, consent and challenge pages say what they have to say in less, menus included."""
LISTING_SHARE = 0.5
"""Share of the text, by characters, in lines that are one link each, from which a page that does not call itself an
article is a list of others. The highest among captured articles is 0.18."""
CLAIMED_LISTING_SHARE = 0.8
"""The same for a page that calls itself an article, as templates of section pages do."""
TEASERS = 5
TEASER_SHARE = 0.3
"""Lines that are teasers, and their share, from which a page that does not call itself an article is a list. Captured
articles that do not call themselves so have 2 such lines at most."""

_LISTING_TYPES = frozenset(
    {
        "CollectionPage",
        "SearchResultsPage",
        "ItemList",
        "ProfilePage",
        "AboutPage",
        "ContactPage",
        "FAQPage",
        "CheckoutPage",
        "VideoObject",
        "VideoGallery",
        "ImageGallery",
        "MediaGallery",
        "Product",
        "Offer",
        "Event",
        "JobPosting",
        "Recipe",
        "RealEstateListing",
    }
)
_LISTS = frozenset({"CollectionPage", "SearchResultsPage"})
_LISTING_SEGMENTS = re.compile(
    r"/(?:tags?|topics?|themen?|tema|category|categories|author|autor|authors|search|suche|buscar|recherche|archive)(?:/[^/]+)?(?:/page/\d+)?/?$"
)
_FRONT_PATH = re.compile(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_APP_ROOTS = ("root", "app", "__next", "__nuxt", "app-root", "react-root", "main-app")
_HIDDEN = ("script", "style", "noscript", "template", "svg", "head")


@dataclass(frozen=True)
class Suspect:
    """A page with what was read from it, and the figures that the rules ask for."""

    page: Page
    head: Head
    lines: list[str]

    @cached_property
    def words(self) -> int:
        """Words of the extracted text."""
        return count_words(" ".join(self.lines))

    @cached_property
    def is_claimed(self) -> bool:
        """True where the page calls itself an article: JSON-LD, `og:type`, or a stated publication date."""
        types = {kind.lower() for kind in self.page.metas.get("og:type", ())}
        return bool(self.head.article) or "article" in types or next(published_moments(self.page, {}), None) is not None

    @cached_property
    def title(self) -> str:
        """All titles that the page shows, folded, between bars."""
        return "|".join(fold(text) for texts in self.head.titles.values() for text in texts)

    @cached_property
    def shown(self) -> str:
        """Folded text of the whole page as a reader without scripts sees it."""
        return fold(" ".join(_shown_text(self.page)))

    @cached_property
    def links(self) -> frozenset[str]:
        """Folded texts of all links of the page."""
        return frozenset(fold(link.text_content()) for link in self.page.tree.iter("a"))

    @cached_property
    def linked_share(self) -> float:
        """Share of the text's characters in lines that are the text of one link each."""
        total = sum(map(len, self.lines))
        return sum(len(line) for line in self.lines if fold(line) in self.links) / total if total else 0.0

    @cached_property
    def teasers(self) -> int:
        """Lines that are the text of one link each, or stand right behind a heading that is."""
        summaries = {
            fold(behind.text_content())
            for heading in self.page.tree.iter("h2", "h3", "h4")
            if (behind := heading.getnext()) is not None and fold(heading.text_content()) in self.links
        }
        return sum(fold(line) in self.links or fold(line) in summaries for line in self.lines)


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


def reject(suspect: Suspect) -> Rejection | None:
    """Why the page is not an article, None where it is one."""
    for reason, rule in _RULES:
        if detail := rule(suspect):
            return Rejection(reason, detail)
    return None


def _said(suspect: Suspect, kind: str, where: str) -> str | None:
    """The first phrase of a kind that stands in a folded text, whole words only (scripts without blanks anywhere)."""
    for phrase in phrases("pages", kind):
        folded = fold(phrase)
        if folded in where and (re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", where) or not folded.isascii()):
            return phrase
    return None


def _bot_challenge(suspect: Suspect) -> str | None:
    if suspect.words >= NOTICE_WORDS or suspect.head.article:
        return None
    if phrase := _said(suspect, "challenge_titles", suspect.title):
        return f'the title says "{phrase}"'
    if suspect.words < FEWEST_WORDS:
        scripts = " ".join(
            filter(None, (element.get("src") or element.text for element in suspect.page.tree.iter("script", "iframe")))
        )
        return next(
            (
                f'a script of a bot wall ("{mark}") and {suspect.words} words'
                for mark in phrases("pages", "challenge_scripts")
                if mark in scripts
            ),
            None,
        )
    return None


def _consent_wall(suspect: Suspect) -> str | None:
    if suspect.words >= NOTICE_WORDS or (suspect.is_claimed and suspect.words >= STUB_WORDS):
        return None
    if phrase := _said(suspect, "consent_titles", suspect.title):
        return f'the title says "{phrase}"'
    text = fold(" ".join(suspect.lines)) or suspect.shown
    said = [phrase for phrase in phrases("pages", "consent_phrases") if fold(phrase) in text]
    return f"{suspect.words} words, among them {', '.join(said[:3])}" if len(said) >= 3 else None


def _error_page(suspect: Suspect) -> str | None:
    if suspect.words >= NOTICE_WORDS or (suspect.is_claimed and suspect.words >= STUB_WORDS):
        return None
    phrase = _said(suspect, "error_titles", suspect.title)
    return f'the title says "{phrase}" over {suspect.words} words' if phrase else None


def _paywall(suspect: Suspect) -> str | None:
    if suspect.head.is_free or suspect.words >= CLEAR_STUB_WORDS:
        return None
    declared = suspect.head.is_free is False
    if declared and suspect.words < STUB_WORDS:
        return f"declared not free, {suspect.words} words shown"
    if (declared or suspect.words < STUB_WORDS) and (phrase := _said(suspect, "paywall_phrases", suspect.shown)):
        return f'{suspect.words} words shown and "{phrase}"'
    return None


def _needs_script(suspect: Suspect) -> str | None:
    if suspect.words >= FEWEST_WORDS:
        return None
    tree = suspect.page.tree
    for noscript in tree.iter("noscript"):
        if phrase := _said(suspect, "script_phrases", fold(noscript.text_content())):
            return f'{suspect.words} words and "{phrase}"'
    if phrase := _said(suspect, "script_phrases", suspect.shown):
        return f'{suspect.words} words and "{phrase}"'
    for element in tree.iter("div", "main", "app-root"):
        name = element.get("id") or element.tag
        if name in _APP_ROOTS and not tidy(element.text_content()):
            return f"{suspect.words} words and an empty application root ({name})"
    return None


def _not_article(suspect: Suspect) -> str | None:
    path = urlsplit(suspect.page.url)
    if (
        not suspect.head.article
        and not path.query
        and _FRONT_PATH.fullmatch(path.path)
        and next(published_moments(suspect.page, {}), None) is None
    ):
        return "a front page by its address, and no article by its own account"
    if suspect.linked_share > (CLAIMED_LISTING_SHARE if suspect.is_claimed else LISTING_SHARE):
        return f"{suspect.linked_share:.0%} of the text are links"
    if not suspect.is_claimed:
        if _LISTING_SEGMENTS.search(path.path.lower()):
            return f"a list by its address ({path.path})"
        if named := sorted(suspect.head.structured.types & _LISTS):
            return f"a list by its own account ({', '.join(named)})"
        if suspect.teasers >= max(TEASERS, TEASER_SHARE * len(suspect.lines)):
            return f"{suspect.teasers} of {len(suspect.lines)} lines are teasers of other pages"
    kinds = sorted(
        (suspect.head.structured.types & _LISTING_TYPES)
        | {kind for kind in suspect.page.metas.get("og:type", ()) if kind.startswith("video")}
    )
    if kinds and suspect.words < STUB_WORDS and not suspect.head.article:
        return f"the page calls itself {', '.join(kinds)} and has {suspect.words} words"
    website = "website" in suspect.page.metas.get("og:type", ()) or kinds
    if website and not suspect.is_claimed and suspect.words < NOTICE_WORDS // 2:
        return f"the page calls itself no article and has {suspect.words} words"
    return None


def _too_short(suspect: Suspect) -> str | None:
    return f"{suspect.words} words; an article has {FEWEST_WORDS} or more" if 0 < suspect.words < FEWEST_WORDS else None


def _empty(suspect: Suspect) -> str | None:
    return None if suspect.words else "no text in the page"


_RULES: tuple[tuple[Reason, Callable[[Suspect], str | None]], ...] = (
    (Reason.BOT_CHALLENGE, _bot_challenge),
    (Reason.CONSENT_WALL, _consent_wall),
    (Reason.ERROR_PAGE, _error_page),
    (Reason.NEEDS_SCRIPT, _needs_script),
    (Reason.PAYWALL, _paywall),
    (Reason.NOT_ARTICLE, _not_article),
    (Reason.EMPTY, _empty),
    (Reason.TOO_SHORT, _too_short),
)
