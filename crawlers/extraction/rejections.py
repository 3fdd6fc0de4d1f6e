"""Reject pages that are not articles. `reject` asks the rules in order; the first one that applies decides.

Real articles must pass. Nearly every rule requires a short text in addition to its own sign, because real articles
also carry such signs: a cookie notice, a paywall template, `og:type` "website". The last rule weighs many weak signs
of pages with long texts (`page_kind`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.counts import counted
from crawlers.extraction.article import Rejection, RejectionReason
from crawlers.extraction.page_signals import PageSignals, find_all_phrases, find_phrase
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import count_words, match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult


MIN_ARTICLE_WORDS = 25
"""A text with fewer words is a caption, a notice or a remnant. The shortest text in two public collections of article
pages (article-extraction-benchmark, Fundus) has 69 words, and a news brief may have half of that."""
STUB_WORDS = 60
"""A paywall stub is the lead or less; longer openings are kept, with `is_free` False."""
CLEAR_STUB_WORDS = 90
"""The same if the page both declares itself not free and asks the reader to subscribe."""
NOTICE_WORDS = 150
"""Error, consent and challenge pages have fewer words, menus included."""
MIN_CONSENT_PHRASES = 3
"""A short page with this many different phrases of consent dialogues is one."""
LONG_WORDS = 300
"""Words from which a text on a front page may be an article."""
LIST_PAGE_SHARE = 0.5
"""Share of the text, by characters, in links as long as a headline, from which a page that does not call itself an
article is a list. The highest shares among captured articles are 0.43, of a collection of news briefs, and 0.24."""
CLAIMED_LIST_PAGE_SHARE = 0.8
"""The same for a page that calls itself an article, as templates of section pages do."""
MIN_TEASERS = 5
MIN_TEASER_SHARE = 0.5
"""Number and share of teaser lines from which a page that does not call itself an article is a list. Below half, the
page has more text of its own, and `page_kind` decides."""

MIN_PROSE_SHARE = 0.6
"""Share of the text's characters in paragraphs from which a page is no list, however many of its lines are links."""

_NON_ARTICLE_TYPES = frozenset(
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
_LIST_PAGE_TYPES = frozenset({"CollectionPage", "SearchResultsPage"})
_PRODUCT_TYPES = frozenset({"Product", "ProductGroup", "Offer", "AggregateOffer"})
_LIST_PAGE_PATH = re.compile(
    r"/(?:tags?|topics?|themen?|tema|temas|tagi|etiquetas?|onderwerp|aihe|konu|category|categories|categoria|kategorie"
    r"|author|autor|authors|search|suche|buscar|recherche|ricerca|zoeken|szukaj|hledat|sok|haku|arama|poisk|archive)"
    r"(?:/[^/]+)?(?:/page/\d+)?/?$"
)
_SITE_PAGE_PATH = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?(?:/(?:pages?|info|p|legal|static|content|service))?/(?:about(?:[-_]?us)?|imprint|impressum"
    r"|contact(?:[-_]?us)?|kontakt|kontakty|contacto|contatti|contato|privacy(?:[-_]?(?:policy|notice|statement))?"
    r"|datenschutz(?:erkl(?:ae|ä)rung|hinweise?)?|terms(?:[-_](?:of[-_](?:use|service)|and[-_]conditions|conditions))?|agb"
    r"|nutzungsbedingungen|ueber[-_]uns|mentions[-_]legales|politique[-_]de[-_]confidentialite|cgu|cgv|qui[-_]sommes[-_]nous"
    r"|a[-_]propos|aviso[-_]legal|politica[-_]de[-_]privaci?dade?|quienes[-_]somos|sobre[-_]nosotros|chi[-_]siamo"
    r"|informativa[-_]privacy|sobre[-_]nos|quem[-_]somos|over[-_]ons|privacyverklaring|colofon|o[-_]nas|polityka[-_]prywatnosci"
    r"|regulamin|hakkimizda|kunye|gizlilik[-_]politikasi|iletisim|impresszum|adatvedelem|rolunk|om[-_]oss|redaktsiya"
    r"|tentang[-_]kami|pedoman[-_]media[-_]siber|cookie(?:s|[-_]policy)?|advertis(?:e|ing)(?:[-_]with[-_]us)?|mediadaten"
    r"|mediakit|disclaimer|copyright|accessibility(?:[-_]statement)?)(?:\.\w{2,5})?/?"
)
"""The whole path of a page in which a publisher speaks of itself."""
_MEDIA_PATH = re.compile(
    r"/(videos?|watch|galler(?:y|ies)|galeri[ae]s?|galerías?|fotostrecken?|bildergalerien?|diaporamas?|fotogallery"
    r"|photo-?galler(?:y|ies)|slideshows?|podcasts?)/"
)
_SEARCH_QUERY = re.compile(r"(?:^|&)(?:q|s|query|search|suche|keyword|text)=", re.IGNORECASE)
_FRONT_PATH = re.compile(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_SHOWN_EVIDENCE = 4
_CLEARLY_ARTICLE = -1.0
"""Score of `page_kind` up to which a page is likely an article even at the URL of a front page. Those of shops,
services and magazines in the collections have at least -0.7."""
_APP_ROOTS = ("root", "app", "__next", "__nuxt", "app-root", "react-root", "main-app")


def reject(signals: PageSignals) -> Rejection | None:
    """The rejection of a page that is not an article; None for an article."""
    for reason, rule in _RULES:
        if detail := rule(signals):
            return Rejection(reason, detail)
    return None


def _bot_challenge(signals: PageSignals) -> str | None:
    if signals.words >= NOTICE_WORDS or signals.declared.article:
        return None
    if phrase := find_phrase("challenge_titles", signals.title):
        return f'the title contains "{phrase}"'
    if signals.words < MIN_ARTICLE_WORDS:
        scripts = " ".join(
            filter(
                None,
                (element.get("src") or element.text for element in signals.page.elements.among("script", "iframe")),
            )
        )
        return next(
            (
                f'a bot protection script ("{mark}") and only {signals.number_of_words}'
                for mark in phrases("pages", "challenge_scripts")
                if mark in scripts
            ),
            None,
        )
    return None


def _consent_wall(signals: PageSignals) -> str | None:
    if signals.words >= NOTICE_WORDS or (signals.claims_article and signals.words >= STUB_WORDS):
        return None
    if phrase := find_phrase("consent_titles", signals.title):
        return f'the title contains "{phrase}"'
    lines = [match_key(line) for line in signals.lines] or [signals.visible_text]
    consent: dict[str, None] = {}
    others = []
    for line in lines:
        found = find_all_phrases("consent_phrases", line)
        consent.update(dict.fromkeys(found))
        if not found:
            others.append(line)
    if len(consent) >= MIN_CONSENT_PHRASES:
        return f"only {signals.number_of_words}, with phrases of a consent dialogue: {', '.join(list(consent)[:3])}"
    # A page that shows little more than its consent banner.
    if len(consent) > 1 and signals.lines and (left := count_words(" ".join(others))) < MIN_ARTICLE_WORDS:
        return f"only {counted(left, 'word')} besides a consent notice: {', '.join(consent)}"
    return None


def _error_page(signals: PageSignals) -> str | None:
    phrase = find_phrase("error_titles", signals.title) or find_phrase("error_titles", signals.first_heading)
    if not phrase or (signals.claims_article and signals.words >= STUB_WORDS):
        return None
    own = signals.words if signals.words < NOTICE_WORDS else count_words(" ".join(signals.own_lines))
    besides = "" if own == signals.words else " besides teasers of other pages"
    return (
        f'the title contains "{phrase}", and the page has only {counted(own, "word")}{besides}'
        if own < NOTICE_WORDS
        else None
    )


def _paywall(signals: PageSignals) -> str | None:
    if signals.declared.is_free.value or signals.words >= CLEAR_STUB_WORDS:
        return None
    declared = signals.declared.is_free.value is False
    if declared and signals.words < STUB_WORDS:
        return f"declared not free, and shows only {signals.number_of_words}"
    if (declared or signals.words < STUB_WORDS) and (phrase := find_phrase("paywall_phrases", signals.visible_text)):
        return f'shows only {signals.number_of_words}, with "{phrase}"'
    return None


def _needs_script(signals: PageSignals) -> str | None:
    if signals.words >= MIN_ARTICLE_WORDS:
        return None
    elements = signals.page.elements
    for noscript in elements.named("noscript"):
        if phrase := find_phrase("script_phrases", match_key(noscript.text_content())):
            return f'only {signals.number_of_words}, with "{phrase}"'
    if phrase := find_phrase("script_phrases", signals.visible_text):
        return f'only {signals.number_of_words}, with "{phrase}"'
    for element in elements.among("div", "main", "app-root"):
        name = element.get("id") or element.tag
        if name in _APP_ROOTS and not single_line(element.text_content()):
            return f"only {signals.number_of_words}, and an empty application root ({name})"
    return None


def _not_article(signals: PageSignals) -> str | None:
    path = urlsplit(signals.page.url)
    is_front = not signals.declared.article and not path.query and _FRONT_PATH.fullmatch(path.path)
    if is_front and not signals.is_dated and not _is_long_article(signals):
        return "the URL belongs to a front page, and the page does not declare an article"
    most = CLAIMED_LIST_PAGE_SHARE if signals.claims_article else LIST_PAGE_SHARE
    # Headlines do not end with full stops, so most texts can skip the costlier look at the page's links.
    if signals.unfinished_share > most / 2 and signals.linked_share > most:
        return f"{signals.linked_share:.0%} of the text is links"
    is_undated = not (signals.declared.article or signals.is_dated) and signals.words < LONG_WORDS
    if is_undated and _SITE_PAGE_PATH.fullmatch(path.path.lower()):
        return f"the URL belongs to a page about the site ({path.path}), and the page has no date"
    if not signals.claims_article and (detail := _unclaimed(signals, path)):
        return detail
    kinds = sorted(
        (signals.declared.structured_data.types & _NON_ARTICLE_TYPES)
        | {kind for kind in signals.page.metas.get("og:type", ()) if kind.startswith(("video", "product", "music"))}
    )
    if kinds and signals.words < STUB_WORDS and not signals.declared.article:
        return f"the page declares the type {', '.join(kinds)} and has only {signals.number_of_words}"
    if signals.words < STUB_WORDS and (named := _MEDIA_PATH.search(path.path.lower())):
        return f"the URL belongs to a video or gallery ({named[1]}), and the page has only {signals.number_of_words}"
    website = "website" in signals.page.metas.get("og:type", ()) or kinds
    if website and not signals.claims_article and signals.words < NOTICE_WORDS // 2:
        return f"the page does not declare an article and has only {signals.number_of_words}"
    return None


def _is_long_article(signals: PageSignals) -> bool:
    """True for a long text in paragraphs on a page like an article's: a site of one essay, a blog that shows a post."""
    is_long = signals.words >= LONG_WORDS and signals.prose_share >= MIN_PROSE_SHARE
    return is_long and signals.kind.score <= _CLEARLY_ARTICLE


def _unclaimed(signals: PageSignals, path: SplitResult) -> str | None:
    """The reasons against a page that does not call itself an article."""
    if _LIST_PAGE_PATH.search(path.path.lower()):
        return f"the URL belongs to a list ({path.path})"
    if _SEARCH_QUERY.search(path.query) and (phrase := find_phrase("search_titles", signals.title)):
        return f'the URL belongs to a search, and the title contains "{phrase}"'
    if named := sorted(signals.declared.structured_data.types & _LIST_PAGE_TYPES):
        return f"the page declares itself a list ({', '.join(named)})"
    is_prose = signals.prose_share >= MIN_PROSE_SHARE
    if not is_prose and signals.teasers >= max(MIN_TEASERS, MIN_TEASER_SHARE * len(signals.lines)):
        return f"{signals.teasers} of {len(signals.lines)} lines are teasers of other pages"
    if signals.words >= NOTICE_WORDS:
        return None
    if phrase := find_phrase("search_titles", signals.title):
        return f'the title contains "{phrase}", and the page has only {signals.number_of_words}'
    if named := sorted(signals.declared.structured_data.types & _PRODUCT_TYPES):
        return f"the page declares the type {', '.join(named)} and has only {signals.number_of_words}"
    if phrase := find_phrase("shop_phrases", signals.visible_text):
        return f'only {signals.number_of_words}, with "{phrase}"'
    return None


def _too_short(signals: PageSignals) -> str | None:
    return (
        f"{signals.number_of_words}; an article has at least {MIN_ARTICLE_WORDS}"
        if 0 < signals.words < MIN_ARTICLE_WORDS
        else None
    )


def _empty(signals: PageSignals) -> str | None:
    return None if signals.words else "no text found on the page"


def _unlike_article(signals: PageSignals) -> str | None:
    weighed = signals.kind
    if weighed.is_article:
        return None
    return (
        f"the page looks like a product, service, forum, list or help page "
        f"(score {weighed.score:.1f}, limit {weighed.limit:.1f}; {weighed.against(_SHOWN_EVIDENCE)})"
    )


_RULES: tuple[tuple[RejectionReason, Callable[[PageSignals], str | None]], ...] = (
    (RejectionReason.BOT_CHALLENGE, _bot_challenge),
    (RejectionReason.CONSENT_WALL, _consent_wall),
    (RejectionReason.ERROR_PAGE, _error_page),
    (RejectionReason.NEEDS_SCRIPT, _needs_script),
    (RejectionReason.PAYWALL, _paywall),
    (RejectionReason.NOT_ARTICLE, _not_article),
    (RejectionReason.EMPTY, _empty),
    (RejectionReason.TOO_SHORT, _too_short),
    (RejectionReason.NOT_ARTICLE, _unlike_article),
)
