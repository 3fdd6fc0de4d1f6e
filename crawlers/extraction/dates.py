"""When an article was published and changed, and how exactly that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
"""Names of the meta elements that publishers and their tools give the publication date, the most exact first."""
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

_ADDRESS_DAY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[/_.-]?)(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
)
_COMPACT_DAY = 8
_SLACK = timedelta(days=1)
"""How far after its fetch an article may be dated: a clock without zone is off by up to 14 hours."""
_WIDEST_ZONE = timedelta(hours=14)
"""The furthest that a clock is from UTC (Line Islands); a time without zone may be off by as much."""
_QUARTER = timedelta(minutes=15)
_SAME_MINUTE = timedelta(seconds=60)
"""Two statements of one publication differ by the seconds that one of them leaves out."""


def published_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the publication date with its origin, the most trustworthy first: JSON-LD, meta, marked `time`
    elements."""
    yield from _read("json-ld", [article.get("datePublished")])
    yield from _read("meta", (content for name in PUBLISHED_METAS for content in page.metas.get(name, ())))
    yield from _read("time", (time.get("datetime") or time.get("content") for time in _marked_times(page.tree)))
    yield from _read("json-ld", [article.get("dateCreated")])


def is_dated(page: Page) -> bool:
    """True where the page, JSON-LD aside, states when it was published."""
    return next(published_statements(page, {}), None) is not None


def _read(origin: str, values: Iterable[Any]) -> Iterator[tuple[str, ParsedDate]]:
    return ((origin, parsed) for value in values if (parsed := parse_date(value)))


def modified_statements(page: Page, article: Node) -> Iterator[tuple[str, ParsedDate]]:
    """Every statement of the last change with its origin, the most trustworthy first."""
    yield from _read("json-ld", [article.get("dateModified")])
    yield from _read("meta", (content for name in MODIFIED_METAS for content in page.metas.get(name, ())))


def _marked_times(tree: HtmlElement) -> list[HtmlElement]:
    """Elements whose own markup calls them the publication date."""
    marked = tree.xpath('//*[@itemprop="datePublished"][@datetime or @content] | //time[@pubdate][@datetime]')
    return [element for element in marked if element.tag != "meta"]


def _headline_time(tree: HtmlElement) -> list[ParsedDate]:
    """The first `time` behind the headline, which is the byline's; further ones belong to teasers and comments."""
    first: ParsedDate | None = None
    behind_headline = False
    for element in tree.iter("h1", "time"):
        if element.tag == "h1":
            behind_headline = True
        elif parsed := parse_date(element.get("datetime")):
            if behind_headline:
                return [parsed]
            first = first or parsed
    return [first] if first else []


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What is known of a page without reading it; aware times."""

    fetched_at: datetime | None = None
    listed_at: datetime | None = None
    """When it was published according to the feed or sitemap that named it."""


NO_CONTEXT = FetchContext()


@dataclass(frozen=True, slots=True)
class Dates:
    """Publication and last change, with where they came from (`json-ld`, `meta`, `time`, `address`, `listing`,
    `text`)."""

    published: ParsedDate | None = None
    published_from: str = ""
    modified: ParsedDate | None = None
    modified_from: str = ""


def choose_dates(page: Page, article: Node, url: str, known: FetchContext = NO_CONTEXT) -> Dates:
    """Publication and last change by the first statements that can be true.

    A statement that lies more than a day after the fetch is passed over. The publication is made exact by any other
    statement of the same one, the listing's last, and put right by the day in the address or in the listing where day
    and month have changed places. Without a statement it is the day in the address, then the listing's time, then what
    htmldate reads from the markup or the text. A change is None where it is said to lie before the publication (the
    date of a draft or a template).
    """
    bound = LATEST_DATE if known.fetched_at is None else min(LATEST_DATE, known.fetched_at + _SLACK)
    hint = from_datetime(known.listed_at) if known.listed_at and known.listed_at < bound else None
    stated = (found for found in published_statements(page, article) if found[1].at < bound)
    named = date_in_url(url)
    found = next(stated, None) or _guessed(page, url, named, hint, bound)
    if found is None:
        return Dates()
    sure = named or (hint.day if hint else None)
    origin, published = found[0], unswap(found[1], sure)
    if not published.exact:  # else nothing more is asked of the page
        others = [unswap(parsed, sure) for _, parsed in stated]
        published = refine(published, (*others, *_headline_time(page.tree), *([hint] if hint else [])))
    changes = [(origin, parsed) for origin, parsed in modified_statements(page, article) if parsed.at < bound]
    if not changes:
        return Dates(published, origin)
    modified = _not_before(published, refine(changes[0][1], [parsed for _, parsed in changes[1:]]))
    return Dates(published, origin, modified, changes[0][0] if modified else "")


def _guessed(
    page: Page, url: str, named: date | None, hint: ParsedDate | None, bound: datetime
) -> tuple[str, ParsedDate] | None:
    if named is not None:
        parsed = ParsedDate(datetime(named.year, named.month, named.day, tzinfo=UTC), named, "day")
        return ("address", parsed) if parsed.at < bound else None
    if hint is not None:
        return "listing", hint
    # The bound is fixed and dateparser (the extensive search) stays off: both would ask the clock.
    guess = parse_date(find_date(page.tree, url=url, original_date=True, extensive_search=False, max_date=bound))
    return ("text", guess) if guess and guess.at < bound else None


def date_in_url(url: str) -> date | None:
    """The day that an address names in its path: `/2025/06/30/`, `/2025-06-30`, `/20250630`."""
    for match in _ADDRESS_DAY.finditer(url.partition("://")[2].partition("/")[2]):
        if not match["sep"] and len(match[0]) != _COMPACT_DAY:
            continue
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            continue
    return None


def unswap(parsed: ParsedDate, named: date | None) -> ParsedDate:
    """A moment with day and month in their places, where a day known otherwise is the one that they would make then."""
    if named is None or parsed.day == named or abs(parsed.day - named) <= timedelta(days=2):
        return parsed
    if (parsed.day.year, parsed.day.day, parsed.day.month) != (named.year, named.month, named.day):
        return parsed
    return replace(parsed, at=parsed.at + (named - parsed.day), day=named)


def _not_before(published: ParsedDate, modified: ParsedDate) -> ParsedDate | None:
    if modified.at >= published.at:
        return modified
    if modified.exact and published.exact:
        return None
    # Midnight of the day on which it also appeared: known to the day, it cannot lie before the publication.
    return ParsedDate(published.at, published.day, "day") if modified.day == published.day else None


def refine(first: ParsedDate, others: Iterable[ParsedDate]) -> ParsedDate:
    """The first of `others` that gives an exact time for what `first` states less exactly; else `first`."""
    if first.exact:
        return first
    for other in others:
        if other.exact and (other.day == first.day if first.zoned else _same_clock(first, other)):
            return other
    return first


def _same_clock(naive: ParsedDate, exact: ParsedDate) -> bool:
    """True where two clocks differ by nothing but a time zone: a multiple of a quarter of an hour."""
    apart = abs(naive.at - exact.at)
    rest = apart % _QUARTER
    return apart <= _WIDEST_ZONE and min(rest, _QUARTER - rest) < _SAME_MINUTE
