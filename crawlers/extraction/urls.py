"""Choose the canonical URL of an article, and resolve URLs on its page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.discovery.urls import normalise_url, same_site
from crawlers.extraction.plausible import is_unfilled_url

if TYPE_CHECKING:
    from crawlers.extraction.page import Page

_PARTS_OF_PAGE = re.compile(
    r"(?:amp|amp\.html|page|p|seite|\d{1,3}|print|all|full|comments?|index\.\w{2,5}|default\.\w{2,5})", re.IGNORECASE
)
"""Segments after an article's URL that stand for a version or a part of it."""
_SLUG = re.compile(r"(?:[^-_]+[-_]){2,}|\d{5}|\.\w{3,5}$")
"""The last segment of an article's URL has three or more words, a long number or a file extension; that of a section
has none of these."""
_HOST_ALONE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/|$)")
_UNUSABLE = re.compile(r"[\s\x00-\x1f\ud800-\udfff]")


def canonical_url(page: Page) -> str:
    """The URL that identifies the article: the one that its page states, or else the requested URL.

    Raises ValueError if the requested URL is not http(s).
    """
    return stated_url(page) or normalise_url(page.url)


def stated_url(page: Page) -> str | None:
    """The page's canonical link or `og:url`, normalised; None if there is none that is plausible.

    A stated URL is not plausible if it is on another site, a front page, or a section above the requested URL. Raises
    ValueError if the requested URL is not http(s).
    """
    requested = normalise_url(page.url)
    links = (
        link.get("href")
        for link in page.elements.named("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    for stated in (*links, *page.metas.get("og:url", ())):
        try:
            candidate = _absolute((stated or "").strip(), page)
        except ValueError:
            continue
        if candidate and same_site(candidate, requested) and _is_plausible(candidate, requested):
            return requested if _without_scheme(candidate) == _without_scheme(requested) else candidate
    return None


def _absolute(stated: str, page: Page) -> str | None:
    """A stated URL, normalised; None if a template left a part of it unfilled. Raises ValueError if it is malformed.

    The site's host without a scheme is a URL of the site and not a relative one.
    """
    if not stated or is_unfilled_url(stated):
        return None
    if _HOST_ALONE.match(stated):
        with_scheme = f"https://{stated}"
        if same_site(with_scheme, page.url):
            return normalise_url(with_scheme)
    return normalise_url(urljoin(page.base_url, stated))


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]


def _is_plausible(candidate: str, requested: str) -> bool:
    stated, given = urlsplit(candidate), urlsplit(requested)
    stated_path = [segment for segment in stated.path.split("/") if segment]
    given_path = [segment for segment in given.path.split("/") if segment]
    if not stated_path:
        return not given_path and (bool(stated.query) or not given.query)
    if len(stated_path) >= len(given_path) or stated.query:
        return True
    start, rest = given_path[: len(stated_path)], given_path[len(stated_path) :]
    if stated_path == start and all(_PARTS_OF_PAGE.fullmatch(segment) for segment in rest):
        return True
    return bool(_SLUG.search(stated_path[-1]))


def resolve_http_url(value: str | None, base: str) -> str | None:
    """The absolute URL of a link on the page at `base`; None if it is not http(s) (`data:`) or malformed."""
    if not value or is_unfilled_url(value):
        return None
    try:
        joined = urljoin(base, value.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and not _UNUSABLE.search(joined)
    return joined if usable else None
