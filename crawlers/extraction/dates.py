"""Choose when an article was published and last modified, among the dates that the page states."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from htmldate import find_date

from crawlers.extraction.date_parsing import LATEST_DATE, ParsedDate, from_datetime, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.page import Page

PUBLISHED_METAS = (
    "article:published_time",
    "article:published:time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publish-date",
    "publish_date",
    "publishdate",
    "pubdate",
    "publication_date",
    "date.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "date",
)
"""Names of the meta elements in which publishers and their tools state the publication date, the most exact first."""
MODIFIED_METAS = (
    "article:modified_time",
    "article:modified:time",
    "article:modified",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
)

_DATE_IN_URL = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[/_.-]?)(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
)
_COMPACT_DATE_LENGTH = 8
_MAX_AFTER_FETCH = timedelta(days=1)
"""How long after its fetch an article may be dated: a clock time without a zone is off by up to 14 hours."""
_WIDEST_ZONE = timedelta(hours=14)
"""The largest offset from UTC (Line Islands), and so the largest error of a clock time without a zone."""
_QUARTER_HOUR = timedelta(minutes=15)
_SAME_MINUTE = timedelta(seconds=60)
"""Two statements of the same publication may differ by the seconds that one of them leaves out."""


def published_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the publication date with its origin, the most trustworthy first: JSON-LD, meta elements,
    marked `time` elements."""
    yield from _read("json-ld", [article.get("datePublished")])
    yield from _read("meta", (content for name in PUBLISHED_METAS for content in page.metas.get(name, ())))
    yield from _read("time", (time.get("datetime") or time.get("content") for time in _marked_times(page.tree)))
    yield from _read("json-ld", [article.get("dateCreated")])


def is_dated(page: Page) -> bool:
    """True if the page states outside of JSON-LD when it was published."""
    return next(published_statements(page, {}), None) is not None


def _read(origin: str, values: Iterable[object]) -> Iterator[tuple[str, ParsedDate]]:
    return ((origin, parsed) for value in values if (parsed := parse_date(value)))


def modified_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the last modification with its origin, the most trustworthy first."""
    yield from _read("json-ld", [article.get("dateModified")])
    yield from _read("meta", (content for name in MODIFIED_METAS for content in page.metas.get(name, ())))


def _marked_times(tree: HtmlElement) -> list[HtmlElement]:
    """Elements that are marked up as the publication date."""
    marked = tree.xpath('//*[@itemprop="datePublished"][@datetime or @content] | //time[@pubdate][@datetime]')
    return [element for element in marked if element.tag != "meta"]


def _headline_time(tree: HtmlElement) -> list[ParsedDate]:
    """The first `time` element after the headline, which belongs to the byline; later ones to teasers and comments."""
    first: ParsedDate | None = None
    after_headline = False
    for element in tree.iter("h1", "time"):
        if element.tag == "h1":
            after_headline = True
        elif parsed := parse_date(element.get("datetime")):
            if after_headline:
                return [parsed]
            first = first or parsed
    return [first] if first else []


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What is known about a page from its fetch; aware times."""

    fetched_at: datetime | None = None
    listed_at: datetime | None = None
    """The publication time in the feed or sitemap that listed the page."""


NO_CONTEXT = FetchContext()


@dataclass(frozen=True, slots=True)
class Dates:
    """Publication and last modification with their origins (`json-ld`, `meta`, `time`, `address`, `listing`,
    `text`)."""

    published: ParsedDate | None = None
    published_origin: str = ""
    modified: ParsedDate | None = None
    modified_origin: str = ""


def choose_dates(page: Page, article: Node, url: str, context: FetchContext = NO_CONTEXT) -> Dates:
    """Choose publication and last modification: of each, the first statement that can be true.

    Statements more than a day after the fetch are skipped. If the publication is not exact, another statement of the
    same publication, the listing's last, supplies the time. If day and month are swapped, the date in the URL or the
    listing's corrects them. If nothing is stated, the publication is the date in the URL, then the listing's time, then
    what htmldate finds in the markup or the text. A modification before the publication is dropped: it is the date of a
    draft or a template.
    """
    bound = LATEST_DATE if context.fetched_at is None else min(LATEST_DATE, context.fetched_at + _MAX_AFTER_FETCH)
    listed = from_datetime(context.listed_at) if context.listed_at and context.listed_at < bound else None
    stated = (found for found in published_statements(page, article) if found[1].at < bound)
    url_day = date_in_url(url)
    found = next(stated, None) or _unstated(page, url, url_day, listed, bound)
    if found is None:
        return Dates()
    reference_day = url_day or (listed.day if listed else None)
    origin, published = found[0], unswap(found[1], reference_day)
    if not published.exact:  # an exact date needs no other statement
        others = [unswap(parsed, reference_day) for _, parsed in stated]
        published = refine(published, (*others, *_headline_time(page.tree), *([listed] if listed else [])))
    modifications = [(origin, parsed) for origin, parsed in modified_statements(page, article) if parsed.at < bound]
    if not modifications:
        return Dates(published, origin)
    modified = _not_before(published, refine(modifications[0][1], [parsed for _, parsed in modifications[1:]]))
    return Dates(published, origin, modified, modifications[0][0] if modified else "")


def _unstated(
    page: Page, url: str, url_day: date | None, listed: ParsedDate | None, bound: datetime
) -> tuple[str, ParsedDate] | None:
    """The publication date of a page that states none, with its origin."""
    if url_day is not None:
        parsed = ParsedDate(datetime(url_day.year, url_day.month, url_day.day, tzinfo=UTC), url_day, "day")
        return ("address", parsed) if parsed.at < bound else None
    if listed is not None:
        return "listing", listed
    # A fixed bound and no extensive search (by dateparser), because the defaults read the clock.
    guess = parse_date(find_date(page.tree, url=url, original_date=True, extensive_search=False, max_date=bound))
    return ("text", guess) if guess and guess.at < bound else None


def date_in_url(url: str) -> date | None:
    """The day in the path of a URL: `/2025/06/30/`, `/2025-06-30`, `/20250630`."""
    for match in _DATE_IN_URL.finditer(url.partition("://")[2].partition("/")[2]):
        if not match["sep"] and len(match[0]) != _COMPACT_DATE_LENGTH:
            continue
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            continue
    return None


def unswap(parsed: ParsedDate, reference_day: date | None) -> ParsedDate:
    """The date with day and month exchanged, if that makes it the reference day."""
    if reference_day is None or parsed.day == reference_day or abs(parsed.day - reference_day) <= timedelta(days=2):
        return parsed
    swapped = (parsed.day.year, parsed.day.day, parsed.day.month)
    if swapped != (reference_day.year, reference_day.month, reference_day.day):
        return parsed
    return replace(parsed, at=parsed.at + (reference_day - parsed.day), day=reference_day)


def _not_before(published: ParsedDate, modified: ParsedDate) -> ParsedDate | None:
    if modified.at >= published.at:
        return modified
    if modified.exact and published.exact:
        return None
    # Modified on the day of publication, at an unknown time: it cannot be before the publication.
    return ParsedDate(published.at, published.day, "day") if modified.day == published.day else None


def refine(first: ParsedDate, others: Iterable[ParsedDate]) -> ParsedDate:
    """The first of `others` that states the exact time of `first`; `first` if it is exact or no other one does."""
    if first.exact:
        return first
    for other in others:
        if other.exact and (other.day == first.day if first.zoned else _same_clock(first, other)):
            return other
    return first


def _same_clock(naive: ParsedDate, exact: ParsedDate) -> bool:
    """True if two clock times differ only by a time zone: a multiple of a quarter of an hour."""
    difference = abs(naive.at - exact.at)
    remainder = difference % _QUARTER_HOUR
    return difference <= _WIDEST_ZONE and min(remainder, _QUARTER_HOUR - remainder) < _SAME_MINUTE
