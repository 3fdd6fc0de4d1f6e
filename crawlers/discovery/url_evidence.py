"""How strongly a URL alone suggests an article: by words, numbers and dates, without rules for single sites."""

from __future__ import annotations

import re
from enum import IntEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.discovery.lists import read_list
from crawlers.unsegmented import count_unsegmented

LONGEST_SEGMENT = 200
"""Characters of a path segment that are considered; more would only cost time."""

_INDEX_WORDS = read_list("index-words")
_SERVICE_PAGES = read_list("service-pages")
_FILE_ENDINGS = read_list("file-endings")
_ARTICLE_WORDS = read_list("article-words")
_NAMELESS = frozenset({"index", "default", "home"})

_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9]{1,9})$")
_MONTH = r"(?:0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])([-_.]?)(?:0[1-9]|[12]\d|3[01])(?!\d)"
_DATE = re.compile(rf"(?:^|[^0-9])(?:19|20)\d\d(?:/{_MONTH}(?=/|$)|[-_./]?{_MONTH_AND_DAY})")
_DATE_ALONE = re.compile(rf"(?:.*/)?(?:19|20)\d\d(?:/{_MONTH}(?:/\d{{1,2}})?|/\d{{4}}|-\d\d(?:-\d\d)?)?")
_LONG_NUMBER = re.compile(r"\d{5,}")
_OPAQUE = re.compile(r"(?=.*\d)(?=.*[a-z])[0-9a-z]{8,}|(?=.*[a-z].*[A-Z])[0-9A-Za-z]{6,}")
_SEPARATOR = re.compile(r"[-_,.+ ]+")


class Evidence(IntEnum):
    """How strongly a URL suggests an article; a higher value is stronger evidence."""

    AGAINST = 0
    """An index, a service, a file: not an article, whatever the text of the link."""
    NONE = 1
    WEAK = 2
    """A slug of two or three words, or a number: sections have them too."""
    STRONG = 3
    """A slug of four words or more: a section seldom has one."""
    CERTAIN = 4
    """A slug with a date or a number, or a slug of six words or more."""


def article_evidence(url: str) -> Evidence:
    """The evidence that a normalised URL gives."""
    parts = urlsplit(url)
    as_written = [segment[:LONGEST_SEGMENT] for segment in unquote(parts.path).split("/") if segment]
    segments = [segment.lower().replace("_", "-") for segment in as_written]
    number_in_query = any(
        name.lower().replace("_", "-") in _ARTICLE_WORDS and len(value) > 2 and value.isdigit()
        for name, value in parse_qsl(parts.query)
    )
    if not segments:
        return Evidence.WEAK if number_in_query else Evidence.AGAINST
    segments[-1], ending = _without_ending(segments[-1])
    if len(segments) > 1 and (
        segments[-1] in _NAMELESS or (segments[-1] in _SERVICE_PAGES and _words(segments[-2]) >= 4)
    ):
        segments.pop()  # a variant or a part of the article: /how-the-ferry-ran-aground/live
    host_word = (parts.hostname or "").split(".")[0]
    if ending in _FILE_ENDINGS or host_word in _INDEX_WORDS or not _INDEX_WORDS.isdisjoint(segments):
        return Evidence.AGAINST
    if segments[-1] in _SERVICE_PAGES or _is_page_of_index(segments):
        return Evidence.WEAK if number_in_query else Evidence.AGAINST
    words = max(_words(segment) for segment in segments[-2:])
    has_date = bool(_DATE.search("/".join(segments)))
    has_number = number_in_query or any(_has_number(segment) for segment in segments[-2:])
    is_opaque = any(_OPAQUE.fullmatch(segment) for segment in as_written[-2:])
    is_named = has_number and not _ARTICLE_WORDS.isdisjoint(segments[:-1])
    if words >= 6 or is_named or (words >= 2 and (has_date or is_opaque)) or (has_number and (has_date or words >= 2)):
        return Evidence.CERTAIN
    if words >= 4 or (words >= 3 and ending):
        return Evidence.STRONG
    if words >= 2 or has_number or is_opaque or has_date or number_in_query:
        return Evidence.WEAK
    return Evidence.NONE


def is_not_article(url: str) -> bool:
    """Whether a normalised URL certainly belongs to another kind of page: sitemaps list all the pages of a site.

    Only short and simple URLs qualify: the front page, or `/about`, `/tag/politics`, `/en/privacy-policy.html`. If the
    URL has a number, a query, a date or a longer slug, the page itself has to be examined.
    """
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    if parts.query or len(segments) > 3 or any(char.isdigit() for char in parts.path):
        return False
    return article_evidence(url) is Evidence.AGAINST and all(_words(segment) < 4 for segment in segments)


def _without_ending(segment: str) -> tuple[str, str]:
    match = _ENDING.search(segment)
    return (segment[: match.start()], match[1]) if match and match.start() else (segment, "")


def _is_page_of_index(segments: list[str]) -> bool:
    """`/news/2`, `/page/12`, `/2019/11/20`: a page of an index, or a day of an archive."""
    last = segments[-1]
    if _DATE_ALONE.fullmatch("/".join(segments[-3:])):
        return True
    if not last.isdigit():
        return bool(re.fullmatch(r"(?:page|seite|pagina|p)-?\d+", last))
    before = segments[-2] if len(segments) > 1 else ""
    return before in {"page", "seite", "pagina", "p"} or (len(last) < 4 and not re.fullmatch(r"\d{4,}", before))


def _words(segment: str) -> int:
    """The number of words in a slug; unsegmented scripts count one word per four characters."""
    unsegmented = count_unsegmented(segment)
    return (
        unsegmented // 4
        if unsegmented
        else sum(
            1
            for word in _SEPARATOR.split(segment)
            if sum(map(str.isalpha, word)) > 1 or (word.isdigit() and len(word) < 4)
        )
    )


def _has_number(segment: str) -> bool:
    """A number as content systems assign them: five digits or more, or four on their own; not a date, not a year."""
    return bool(_LONG_NUMBER.search(_DATE.sub("", segment))) or bool(re.fullmatch(r"(?!(?:19|20)\d\d$)\d{4,}", segment))
