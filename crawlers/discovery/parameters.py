"""Query parameters that are no part of a page's URL, although no list of tracking parameters has them.

What shows it is a page that was fetched anyway under two URLs that differ only in the parameter, and has the same text
under both. Another text, or a canonical link that keeps the parameter, shows the opposite. A canonical link that leaves
it out shows nothing by itself: publishers also leave out `?page=2` and `?view=full`. The rule that decides is the view
`url_parameters` of the warehouse.

Everything here is about one host: other hosts may use the same name for the identifier of an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from crawlers.discovery.urls import names_article, normalise_url, url_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MAX_PARAMETERS = 20
"""Parameters of a URL from which nothing is learned about it: no article has a URL with so many."""
MAX_NAME = 100
"""The same for characters of a name."""
REQUESTED_ANYWAY = 50
"""One of so many URLs with ignored parameters is requested all the same. Otherwise nothing could ever show that a
parameter begins to matter, or that the pages which taught to ignore it were exceptions."""
_DAY = r"(?:19|20)\d\d-?[01]\d-?[0-3]\d|[0-3]\d-?[01]\d-?(?:19|20)\d\d"
_NO_PAGE = re.compile(rf"(?:[a-z_]*|{_DAY})(?:\.[a-z]+)?|.*\.(?:php\d?|aspx?|jspx?|cgi|cfm|do|pl)")
"""Last parts of paths that name a script, a day, or a kind of page: `story`, `index.html`, `show-story.php`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows about a parameter of its host: that it is no part of the URL (`supports`), or that it is.

    `page` is the key of the page's URL without the parameter.
    """

    host: str
    parameter: str
    page: int
    supports: bool


@dataclass(frozen=True, slots=True)
class ShorterUrl:
    """The key of a URL without the parameters that are ignored, which are `parameters` of `host`.

    `names_article` is whether what is left surely names an article, `may_name_page` whether it can name a page at all:
    in `/story?id=7`, only the parameter does, although `/story` may have an answer, too.
    """

    key: int
    host: str
    parameters: tuple[str, ...]
    names_article: bool
    may_name_page: bool


def host_of(url: str) -> str:
    """The host of a URL, with its port unless that is the usual one. Raises ValueError like `normalise_url`."""
    return urlsplit(normalise_url(url)).netloc


def parameters_of(url: str) -> dict[str, tuple[str, ...]]:
    """The values of each parameter of a URL, as they are encoded there. Raises ValueError like `normalise_url`."""
    values: dict[str, tuple[str, ...]] = {}
    for part in filter(None, urlsplit(normalise_url(url)).query.split("&")):
        name, _, value = part.partition("=")
        values[unquote_plus(name)] = (*values.get(unquote_plus(name), ()), value)
    return values


def without_parameters(url: str, names: Collection[str]) -> str:
    """A URL, normalised, without the parameters of these names. Raises ValueError like `normalise_url`."""
    parts = urlsplit(normalise_url(url))
    kept = (part for part in parts.query.split("&") if unquote_plus(part.partition("=")[0]) not in names)
    return normalise_url(urlunsplit(parts._replace(query="&".join(kept))))


def canonical_evidence(url: str, canonical: str) -> Iterator[Evidence]:
    """The parameters of a URL that are part of it, because the canonical URL that its page states keeps them.

    Raises ValueError like `normalise_url`.
    """
    given, stated = parameters_of(url), parameters_of(canonical)
    if _is_usable(given):
        for name in given:
            if name in stated:
                yield Evidence(host_of(url), name, url_key(without_parameters(url, (name,))), supports=False)


def pair_evidence(url: str, other: str, *, same_text: bool, canonical: str | None = None) -> Evidence | None:
    """What the texts of two URLs show about the only parameter in which these differ; None if it is not only one.

    Equal texts show something only if the URL without the parameter names an article, or is the canonical URL that the
    page states: a text that is published twice has two identifiers. Raises ValueError like `normalise_url`.
    """
    given, others = parameters_of(url), parameters_of(other)
    if not _is_usable(given) and not _is_usable(others):
        return None
    differing = [name for name in given | others if given.get(name) != others.get(name)]
    if len(differing) != 1:
        return None
    rest = without_parameters(url, differing)
    page = url_key(rest)
    if page != url_key(without_parameters(other, differing)):
        return None
    if same_text and not _names_article(rest) and (canonical is None or url_key(canonical) != page):
        return None
    return Evidence(host_of(url), differing[0], page, supports=same_text)


def _may_name_page(url: str) -> bool:
    """Whether the path, or a parameter that is left, can name a page."""
    return bool(urlsplit(url).query) or _path_may_name_page(url)


def _path_may_name_page(url: str) -> bool:
    return _NO_PAGE.fullmatch(urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()) is None


def _names_article(url: str) -> bool:
    return names_article(urlsplit(url).path) and _path_may_name_page(url)


def _is_usable(values: Mapping[str, object]) -> bool:
    return 0 < len(values) <= MAX_PARAMETERS and all(len(name) <= MAX_NAME for name in values)


class IgnoredParameters:
    """The parameters that are no part of the URLs of a source, by host."""

    def __init__(self, by_host: Mapping[str, Iterable[str]]) -> None:
        self._by_host = {host: frozenset(names) for host, names in by_host.items()}

    def shorter(self, url: str) -> ShorterUrl | None:
        """A URL without them; None if it has none, or is to be requested anyway.

        Raises ValueError like `normalise_url`.
        """
        if not self._by_host or "?" not in url:
            return None
        host = host_of(url)
        names = self._by_host.get(host)
        found = tuple(name for name in parameters_of(url) if name in names) if names else ()
        if not found or url_key(url) % REQUESTED_ANYWAY == 0:
            return None
        rest = without_parameters(url, found)
        return ShorterUrl(url_key(rest), host, found, _names_article(rest), _may_name_page(rest))
