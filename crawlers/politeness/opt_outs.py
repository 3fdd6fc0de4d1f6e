"""What a page says against text and data mining, in its headers and its meta elements: pure functions.

These are the TDM Reservation Protocol (https://www.w3.org/2022/tdmrep/), without the file of the site, and `noai`,
which has no standard and is written like the rules for search engines.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEAD_BYTES = 256 << 10
"""How much of a page is read: its meta elements are at its beginning."""
_AGENTS = frozenset({"", "*", "newsloom"})
# Rules of search engines that have a value behind a colon, as names of crawlers have their rules.
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_RESERVATION, _ROBOTS_TAG, _NO_AI = "tdm-reservation", "x-robots-tag", "noai"


def opt_out(headers: Iterable[tuple[str, str]], body: bytes) -> str | None:
    """How a page reserves the right of text and data mining, or None. `body` is HTML without content codings.

    Of two different statements of a reservation, that of the page itself counts, not that of the header, as the
    protocol says. Any other value than 0 and 1 is none.
    """
    named = [(name.lower(), value.strip()) for name, value in headers]
    metas = _metas(body[:HEAD_BYTES])
    for place, stated in ((f'<meta name="{_RESERVATION}">', metas), (f"header {_RESERVATION}", named)):
        values = [value for name, value in stated if name == _RESERVATION and value in ("0", "1")]
        if values:
            if "1" in values:
                return f"{place} is 1"
            break
    if any(name == _ROBOTS_TAG and _forbids(value) for name, value in named):
        return f"header X-Robots-Tag has {_NO_AI}"
    if any(name in ("robots", "newsloom") and _NO_AI in _rules(value) for name, value in metas):
        return f'<meta name="robots"> has {_NO_AI}'
    return None


def _forbids(robots_tag: str) -> bool:
    """Whether a header has the rule for all crawlers or for newsloom: `otherbot: noindex, noai` is for another one."""
    agent = ""
    for part in robots_tag.lower().split(","):
        name, colon, rest = (text.strip() for text in part.partition(":"))
        if colon and name not in _WITH_VALUE:
            agent, name = name, rest
        if name == _NO_AI and agent in _AGENTS:
            return True
    return False


def _rules(content: str) -> set[str]:
    return {rule.strip() for rule in content.lower().split(",")}


class _MetaTarget:
    """Receives the elements of a page; a tree of crafted ones would take a minute (see `discovery.html_links`)."""

    def __init__(self) -> None:
        self.metas: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta":
            name, content = (attributes.get(key) or "" for key in ("name", "content"))
            self.metas.append((name.strip().lower(), content.strip()))

    def close(self) -> None:
        """Nothing: what was found is in `metas`."""


def _metas(head: bytes) -> list[tuple[str, str]]:
    """The names, in lower case, and contents of the meta elements."""
    target = _MetaTarget()
    with suppress(etree.LxmlError):
        etree.fromstring(head, etree.HTMLParser(target=cast("etree.ParserTarget", target)))
    return target.metas
