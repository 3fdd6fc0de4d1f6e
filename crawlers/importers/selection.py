"""Which pages of a web archive to import: by host, language and date, decided before a page is extracted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.discovery import normalise_url
from crawlers.errors import CrawlersError
from crawlers.extraction.language import find_language
from crawlers.extraction.page import decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

OTHER_HOST = "page of another host"
OTHER_TIME = "page fetched at another time"
OTHER_LANGUAGE = "page in another language"
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")
_HEAD_BYTES = 4096  # of a page, in which its language is declared
_SAMPLE_BYTES = 256 << 10
_SAMPLE_CHARS = 2000
_MIN_PARAGRAPH = 60  # characters; shorter ones are menus and notices
_LANG = re.compile(r"""<html\b[^>]*?\blang\s*=\s*["']?([A-Za-z_-]{2,20})""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<!--")
_ENTITY = re.compile(r"&[#\w]{1,10};")
_HIDDEN = frozenset({"script", "style", "noscript", "template", "nav", "header", "footer", "form"})
_ENDS_PARAGRAPH = frozenset(
    {"p", "div", "li", "ul", "ol", "section", "article", "h1", "h2", "h3", "h4", "table", "body"}
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Pages of these hosts and their subdomains, in these languages (ISO 639-1), fetched from `since` to `until`.

    Empty fields select everything. Both times are aware; `until` is exclusive.
    """

    hosts: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        """What distinguishes it from others; empty if it selects everything."""
        parts = [f"host {host}" for host in sorted(self.hosts)]
        parts += [f"language {language}" for language in sorted(self.languages)]
        parts += [f"since {self.since.isoformat()}"] if self.since else []
        parts += [f"until {self.until.isoformat()}"] if self.until else []
        return " ".join(parts)

    def has_host(self, url: str) -> bool:
        """Whether the host of a URL is selected."""
        if not self.hosts:
            return True
        host = urlsplit(url).hostname or ""
        try:
            labels = (host if host.isascii() else _ascii_host(host)).split(".")
        except ValueError:
            return False
        return any(".".join(labels[begin:]) in self.hosts for begin in range(len(labels)))

    def has_time(self, at: datetime) -> bool:
        """Whether a time, aware, is selected."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def has_language(self, body: bytes, declared: str | None, charset: str | None) -> bool:
        """Whether the language of a page is selected, or cannot be determined without extracting the page.

        `declared` is the Content-Language header, `charset` the one of the Content-Type header.
        """
        if not self.languages:
            return True
        language = page_language(body, declared, charset)
        return language is None or language in self.languages


EVERYTHING = Selection()


def read_selection(
    hosts: Iterable[str], languages: Iterable[str], since: datetime | None, until: datetime | None
) -> Selection:
    """The selection that a user asks for; times without a zone are in UTC.

    Raises CrawlersError for what is no host, and for an empty range.
    """
    found = set()
    for host in hosts:
        name = host.strip().lower().rstrip(".")
        try:
            name = _ascii_host(name) if _HOST.fullmatch(name) else ""
        except ValueError:
            name = ""
        if not name:
            raise CrawlersError(
                f'found the host "{host}"; expected a name such as news.example, without https:// and path'
            )
        found.add(name)
    begin, end = (None if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at for at in (since, until))
    if begin is not None and end is not None and begin >= end:
        raise CrawlersError(f"the range from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC is empty")
    return Selection(frozenset(found), frozenset(language.lower() for language in languages), begin, end)


def _ascii_host(name: str) -> str:
    """A host as URLs have it (Punycode). Raises ValueError if it is none."""
    return urlsplit(normalise_url(f"http://{name}/")).hostname or ""


def page_language(body: bytes, declared: str | None = None, charset: str | None = None) -> str | None:
    """The language (ISO 639-1) of the paragraphs of a page, or the declared one if it has none; a millisecond's guess.

    `declared` and `charset` are as in `Selection.has_language`.
    """
    # Cut before a tag: half a character at the end would make UTF-8 look like another charset.
    begin = body if len(body) <= _SAMPLE_BYTES else body[:_SAMPLE_BYTES].rpartition(b"<")[0]
    page = decode(begin, charset)
    stated = _LANG.search(page[:_HEAD_BYTES])
    language, _ = find_language((stated[1] if stated else None, declared), _sample(page))
    return language


def _sample(page: str) -> str:
    """Running text of a page: its first long paragraphs. Takes time in proportion to the page, however broken it is."""
    found: list[str] = []
    length = end = 0
    hidden: str | None = None
    paragraph: list[str] | None = None
    for tag in _TAG.finditer(page):
        if tag.start() < end or (hidden is not None and (not tag[1] or tag[2].lower() != hidden)):
            continue
        if hidden is None and paragraph is not None:
            paragraph.append(page[end : tag.start()])
        end, hidden = tag.end(), None
        if tag[2] is None:
            end = page.find("-->", tag.end())
            if end < 0:
                break
            continue
        name = tag[2].lower()
        if name in _HIDDEN:
            hidden = None if tag[1] else name
        if name in _ENDS_PARAGRAPH:
            text = " ".join(_ENTITY.sub(" ", "".join(paragraph or ())).split())
            if len(text) >= _MIN_PARAGRAPH:
                found.append(text)
                length += len(text)
                if length >= _SAMPLE_CHARS:
                    break
            paragraph = [] if name == "p" and not tag[1] else None
    return " ".join(found)
