"""The headline: what the page's own statements agree on."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawlers.extraction.structured import text_of
from crawlers.extraction.words import fold, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.extraction.page import Page
    from crawlers.extraction.structured import Node

_SEPARATOR = re.compile(r"\s*[|ㅣ｜»•·]\s*|\s+[-–—:]+\s+|-(?=[^-]*$)")
"""What stands between a headline and the name of its site; the bare hyphen only as the last one."""
_ELLIPSIS = ("…", "...")
_LONGEST = 500
"""Characters kept of a title; the longest of captured pages has 175, and what is far longer is a missing end tag."""
_MAX_HEADLINES = 12
"""Headings looked at: a page with more `h1` than this uses them for its teasers, and the own one comes early."""


def page_titles(page: Page) -> dict[str, list[str]]:
    """What the page shows as its title, by where: `og`, `h1`, `title`, each without the site's name behind it."""
    headings = [_line(h1.text_content()) for h1 in list(page.tree.iter("h1"))[:_MAX_HEADLINES]]
    element = next(page.tree.iter("title"), None)
    site = site_name(page)
    stated = [_line(text) for text in (*page.metas.get("og:title", ()), *page.metas.get("twitter:title", ()))]
    window = [_line(element.text_content())] if element is not None else []
    shown = [text for text in headings if text]
    return {
        "h1": shown,
        "og": [without_site(text, site, shown) for text in stated if text],
        "title": [without_site(text, site, shown) for text in window if text],
    }


def _line(text: str) -> str:
    return tidy(html.unescape(text))[:_LONGEST]


def site_name(page: Page) -> str:
    """The name of the site as the page gives it; empty where it does not."""
    return tidy(page.meta("og:site_name", "application-name") or "")


def without_site(title: str, site: str, others: Sequence[str] = ()) -> str:
    """A title without the name of its site (and of its section) behind a separator.

    Cut where the rest is the name of the site, or where what stands before the separator is a title by itself
    according to `others`.
    """
    folded_site = fold(site).replace(" ", "")
    known = {fold(other) for other in others}
    for cut in _SEPARATOR.finditer(title):
        before, behind = title[: cut.start()].strip(), fold(title[cut.end() :]).replace(" ", "")
        if not before or not behind:
            continue
        if fold(before) in known or (folded_site and behind in (folded_site, folded_site.removeprefix("the"))):
            return before
    return title


def choose_title(article: Node, shown: dict[str, list[str]]) -> str | None:
    """The headline by agreement.

    Candidates in order of trust: JSON-LD's headline, `h1`, `og:title`, `<title>`. The first that another kind of
    statement repeats wins (but for case, quotes, punctuation; a section or a site may stand behind it); else the
    first that another repeats with a kicker in front; where nothing agrees, the first there is. A headline that
    JSON-LD gives cut short (search engines show 110 characters) is completed from the others.
    """
    headline = (text_of(article.get("headline")) or text_of(article.get("name")) or "")[:_LONGEST]
    kinds = {"ld": [headline] if headline else [], **shown}
    candidates = [(kind, text, fold(text)) for kind in ("ld", "h1", "og", "title") for text in kinds.get(kind, [])]
    candidates = [candidate for candidate in candidates if candidate[2]]
    for agree in (_continues, _precedes):
        for kind, text, folded in candidates:
            if any(other != kind and agree(full, folded) for other, full, _ in candidates):
                return _completed(text, candidates) if kind == "ld" else text
    # A lone h1 is the headline; among several, none of which anything repeats, the site's name is often the first.
    alone = [text for text in kinds.get("h1", []) if fold(text)]
    order = ("ld", "h1", "og", "title") if len(alone) == 1 else ("ld", "og", "title", "h1")
    first = next((text for kind in order for text in kinds.get(kind, []) if fold(text)), None)
    return _completed(first, candidates) if first else None


def _continues(other: str, folded: str) -> bool:
    """True where the other is this title, as it is or with a section or a site behind it."""
    return fold(other) == folded or any(fold(other[: cut.start()]) == folded for cut in _SEPARATOR.finditer(other))


def _precedes(other: str, folded: str) -> bool:
    """True where the other is this title with a kicker in front."""
    return any(fold(other[cut.end() :]) == folded for cut in _SEPARATOR.finditer(other))


def _completed(text: str, candidates: list[tuple[str, str, str]]) -> str:
    if not text.endswith(_ELLIPSIS):
        return text
    start = fold(text.rstrip("…. "))
    return next(
        (
            full
            for kind, full, folded in candidates
            if kind != "ld" and folded.startswith(start) and len(full) >= len(text)
        ),
        text,
    )
