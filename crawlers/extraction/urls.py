"""The canonical address of an article, and addresses of what belongs to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.discovery.urls import normalise_url, same_site

if TYPE_CHECKING:
    from crawlers.extraction.page import Page

_PARTS_OF_PAGE = re.compile(
    r"(?:amp|amp\.html|page|p|seite|\d{1,3}|print|all|full|comments?|index\.\w{2,5}|default\.\w{2,5})", re.IGNORECASE
)
"""Segments behind an article's address that stand for a form or a part of it."""
_SLUG = re.compile(r"(?:[^-_]+[-_]){2,}|\d{5}|\.\w{3,5}$")
"""An article's last segment has three words or more, a long number, or an ending; a section's has none."""
_UNUSABLE = re.compile(r"[\s\x00-\x1f\ud800-\udfff]")


def canonical_url(page: Page) -> str:
    """The address the article goes by: the page's canonical link or `og:url` when that can be true, else the one asked.

    It cannot when it lies on another site, when it is a front page, or when it is a section above the address asked.
    Raises ValueError where the address asked is no web address.
    """
    asked = normalise_url(page.url)
    links = (
        link.get("href") for link in page.tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    )
    for stated in (*links, *page.metas.get("og:url", ())):
        try:
            candidate = normalise_url(urljoin(page.url, (stated or "").strip())) if stated else None
        except ValueError:
            continue
        if candidate and same_site(candidate, asked) and _can_stand_for(candidate, asked):
            return asked if _without_scheme(candidate) == _without_scheme(asked) else candidate
    return asked


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]


def _can_stand_for(candidate: str, asked: str) -> bool:
    wanted, given = urlsplit(candidate), urlsplit(asked)
    theirs = [segment for segment in wanted.path.split("/") if segment]
    ours = [segment for segment in given.path.split("/") if segment]
    if not theirs:
        return not ours and (bool(wanted.query) or not given.query)
    if len(theirs) >= len(ours) or wanted.query:
        return True
    if theirs == ours[: len(theirs)] and all(_PARTS_OF_PAGE.fullmatch(segment) for segment in ours[len(theirs) :]):
        return True
    return bool(_SLUG.search(theirs[-1]))


def resolve_http_url(value: str | None, base: str) -> str | None:
    """An absolute http(s) address of a link on the page at `base`, None where it is none (`data:`, malformed)."""
    if not value:
        return None
    try:
        joined = urljoin(base, value.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and not _UNUSABLE.search(joined)
    return joined if usable else None
