"""When an article was published and changed, and how exactly that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from htmldate import find_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.page import Page
    from crawlers.extraction.records import Precision
    from crawlers.extraction.structured import Node

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

_STAMP = re.compile(
    r"\s*(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T\s]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s{0,2}(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?(?:\[[\w/]{1,40}\])?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(Z)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[,\s]{1,3}(\d{1,2}):(\d{2}))?")
_SCRIPT_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC)([+-]\d{4})"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Older ones are a program's zero date; newspapers' digitised archives begin later than this."""
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""A fixed bound: an extraction knows no clock. Articles dated after their fetch are for the loader to judge."""
_WIDEST_ZONE = timedelta(hours=14)
"""The furthest that a clock is from UTC (Line Islands); a time without zone may be off by as much."""
_QUARTER = timedelta(minutes=15)
_SAME_MINUTE = timedelta(seconds=60)
"""Two statements of one publication differ by the seconds that one of them leaves out."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a page states it."""

    at: datetime
    """Aware, UTC."""
    day: date
    """The calendar day that the statement names, in its own zone."""
    precision: Precision
    zoned: bool = True
    """False: a clock time without zone, read as UTC; only its day is sure."""

    @property
    def exact(self) -> bool:
        """True where time and zone are known."""
        return self.precision != "day"


def parse_moment(value: Any) -> Moment | None:
    """A date as pages write it: ISO 8601 and its loose relatives, RFC 2822, JavaScript's, seconds or milliseconds
    since 1970, `31.12.2024 18:30`. None for anything else, and for years that no article has.

    Midnight sharp is a day without a time and stands for the day named, whatever the zone. A time whose seconds are
    zero is one to the minute. Orders that can mean two days (`03/04/2024`) are not read.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:80]
    try:
        moment = _parse(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if moment and _EARLIEST <= moment.at < _LATEST else None


def _parse(text: str) -> Moment | None:
    if match := _STAMP.fullmatch(text):
        year, _, month, day, hour, minute, second, utc, sign, zone_hours, zone_minutes = match.groups()
        offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
        zone = timezone(-offset if sign == "-" else offset) if sign else UTC if utc else None
        return _moment(int(year), int(month), int(day), hour, minute, second, zone)
    if match := _EPOCH.fullmatch(text):
        seconds = int(text) if len(text) == 10 else int(text) / 1000
        return _from_datetime(datetime.fromtimestamp(seconds, UTC))
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, utc = match.groups()
        return _moment(int(year), int(month), int(day), hour, minute, second, UTC if utc else None)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = match.groups()
        return _moment(int(year), int(month), int(day), hour, minute, None, None)
    if match := _SCRIPT_DATE.match(text):
        return _from_datetime(datetime.strptime(" ".join(match.groups()), "%b %d %Y %H %M %S %z"))
    return _from_datetime(parsedate_to_datetime(text))


def _moment(year: int, month: int, day: int, hour: Any, minute: Any, second: Any, zone: timezone | None) -> Moment:
    local = datetime(year, month, day, int(hour or 0) % 24, int(minute or 0), min(int(second or 0), 59), tzinfo=zone)
    return _from_datetime(local)


def _from_datetime(local: datetime) -> Moment:
    local = local.replace(microsecond=0)
    zoned = local.tzinfo is not None
    day = local.date()
    if not (local.hour or local.minute or local.second):
        return Moment(local.replace(tzinfo=UTC), day, "day")
    if not zoned:
        return Moment(local.replace(tzinfo=UTC), day, "day", zoned=False)
    return Moment(local.astimezone(UTC), day, "second" if local.second else "minute")


def published_moments(page: Page, article: Node) -> Iterator[Moment]:
    """Every statement of the publication date, the most trustworthy first: JSON-LD, meta, marked `time` elements."""
    stated: list[Any] = [article.get("datePublished")]
    stated += [content for name in PUBLISHED_METAS for content in page.metas.get(name, ())]
    stated += [time.get("datetime") or time.get("content") for time in _marked_times(page.tree)]
    stated.append(article.get("dateCreated"))
    return (moment for value in stated if (moment := parse_moment(value)))


def modified_moments(page: Page, article: Node) -> Iterator[Moment]:
    """Every statement of the last change, the most trustworthy first."""
    stated = [
        article.get("dateModified"),
        *(content for name in MODIFIED_METAS for content in page.metas.get(name, ())),
    ]
    return (moment for value in stated if (moment := parse_moment(value)))


def _marked_times(tree: HtmlElement) -> list[HtmlElement]:
    """Elements whose own markup calls them the publication date."""
    marked = tree.xpath('//*[@itemprop="datePublished"][@datetime or @content] | //time[@pubdate][@datetime]')
    return [element for element in marked if element.tag != "meta"]


def _headline_time(tree: HtmlElement) -> list[Moment]:
    """The first `time` behind the headline, which is the byline's; further ones belong to teasers and comments."""
    first: Moment | None = None
    behind_headline = False
    for element in tree.iter("h1", "time"):
        if element.tag == "h1":
            behind_headline = True
        elif moment := parse_moment(element.get("datetime")):
            if behind_headline:
                return [moment]
            first = first or moment
    return [first] if first else []


def choose_published(page: Page, article: Node, url: str) -> Moment | None:
    """The publication date: the first statement, made exact by any other that speaks of the same publication.

    Without a statement, the day that htmldate reads from the address, the markup or the text.
    """
    moments = list(published_moments(page, article))
    if not moments:
        # The bound is fixed and dateparser (the extensive search) stays off: both would ask the clock.
        found = find_date(page.tree, url=url, original_date=True, extensive_search=False, max_date=_LATEST)
        guess = parse_moment(found)
        moments = [guess] if guess else []
    return refine(moments[0], (*moments[1:], *_headline_time(page.tree))) if moments else None


def choose_modified(page: Page, article: Node, published: Moment | None) -> Moment | None:
    """The last change; None where it is said to lie before the publication (the date of a draft or a template)."""
    moments = list(modified_moments(page, article))
    if not moments:
        return None
    modified = refine(moments[0], moments[1:])
    if published is None or modified.at >= published.at:
        return modified
    if modified.exact and published.exact:
        return None
    # Midnight of the day on which it also appeared: known to the day, it cannot lie before the publication.
    return Moment(published.at, published.day, "day") if modified.day == published.day else None


def refine(first: Moment, others: Iterable[Moment]) -> Moment:
    """The first of `others` that gives an exact time for what `first` states less exactly; else `first`."""
    if first.exact:
        return first
    for other in others:
        if other.exact and (other.day == first.day if first.zoned else _same_clock(first, other)):
            return other
    return first


def _same_clock(naive: Moment, exact: Moment) -> bool:
    """True where two clocks differ by nothing but a time zone: a multiple of a quarter of an hour."""
    apart = abs(naive.at - exact.at)
    rest = apart % _QUARTER
    return apart <= _WIDEST_ZONE and min(rest, _QUARTER - rest) < _SAME_MINUTE
