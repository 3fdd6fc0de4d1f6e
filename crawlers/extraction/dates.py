"""Choose when an article was published and last modified, among the dates that the page states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from htmldate import find_date

from crawlers.dates import LATEST_DATE, ParsedDate, day_in_url, parse_date, plausible_date
from crawlers.extraction.date_statements import (
    all_statements,
    modified_statements,
    page_language,
    read_dates,
    shown_dates,
)
from crawlers.extraction.headline_dates import read_headline_dates
from crawlers.extraction.page_regions import without_visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.page import Page

_MAX_AFTER_FETCH = timedelta(days=1)
"""How long after its fetch an article may be dated: a clock time without a zone is off by up to 14 hours."""
_WIDEST_ZONE = timedelta(hours=14)
"""The largest offset from UTC (Line Islands), and so the largest error of a clock time without a zone."""
_EARLIEST_ZONE = timedelta(hours=-12)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_QUARTER_HOUR = timedelta(minutes=15)
_SAME_SEASON = timedelta(days=7)
"""Within which the offset of a place is hardly ever changed by summer time."""
_SAME_MINUTE = timedelta(seconds=60)
"""Two statements of the same publication may differ by the seconds that one of them leaves out."""


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
    same publication, the dates around the headline or the listing's, supplies the time, or any date of the page the
    zone. If day and month are swapped, the date in the URL or the listing's corrects them.

    If nothing is stated, the publication is the date in the URL, then the listing's, then the most probable one that
    the page shows (`shown_dates`), then what htmldate finds in scripts and attributes. A day in prose in JSON-LD
    ("Jun 24, 2025") yields to the first three: site builders state there when the whole site was published. A
    modification before the publication is dropped: it is the date of a draft or a template.

    The offset from UTC of a time stated in UTC is that of another statement, or that at which the page shows it.
    """
    bound, listed = _bound(context), _listed(context)
    stated = (found for found in all_statements(page, article) if found[1].at < bound)
    url_day = day_in_url(url)
    found = next(stated, None) or next(_unstated(page, article, url_day, listed, bound), None)
    if found is None:
        return Dates()
    reference_day = url_day or (listed.day if listed else None)
    origin, published = found[0], unswap(found[1], reference_day)
    modifications = [(origin, parsed) for origin, parsed in modified_statements(page, article) if parsed.at < bound]
    if not published.exact:  # an exact date needs no other statement
        others = [unswap(parsed, reference_day) for _, parsed in stated]
        published = refine(published, (*others, *_shown_times(page), *([listed] if listed else [])))
        if not published.zoned:
            published = _in_publishers_zone(published, (*others, *(parsed for _, parsed in modifications)))
    if published.exact and not published.offset:
        published = _at_publishers_offset(published, chain(all_statements(page, article), modifications))
        if not published.offset and published.day != url_day:
            shown = read_headline_dates(page.elements, page_language(page))
            published = _at_shown_offset(published, shown, url_day)
    if not modifications:
        return Dates(published, origin)
    modified = _not_before(published, refine(modifications[0][1], [parsed for _, parsed in modifications[1:]]))
    return Dates(published, origin, modified, modifications[0][0] if modified else "")


def published_candidates(
    page: Page, article: Node, url: str, context: FetchContext
) -> Iterator[tuple[str, ParsedDate]]:
    """Every date that `choose_dates` may take for the publication, with its origin, the most trustworthy first."""
    bound, listed = _bound(context), _listed(context)
    stated = (found for found in all_statements(page, article) if found[1].at < bound)
    return chain(stated, _unstated(page, article, day_in_url(url), listed, bound))


def _bound(context: FetchContext) -> datetime:
    return LATEST_DATE if context.fetched_at is None else min(LATEST_DATE, context.fetched_at + _MAX_AFTER_FETCH)


def _listed(context: FetchContext) -> ParsedDate | None:
    return plausible_date(context.listed_at) if context.listed_at and context.listed_at < _bound(context) else None


def _shown_times(page: Page) -> Iterator[ParsedDate]:
    """The first exact time around the headline, which belongs to the byline; later ones to teasers and comments."""
    shown = read_headline_dates(page.elements, page_language(page))
    return islice((parsed for parsed in shown if parsed.exact), 1)


def _unstated(
    page: Page, article: Node, url_day: date | None, listed: ParsedDate | None, bound: datetime
) -> Iterator[tuple[str, ParsedDate]]:
    """The publication dates of a page that states none, with their origins, the most trustworthy first."""
    return (found for found in _weak_statements(page, article, url_day, listed, bound) if found[1].at < bound)


def _weak_statements(
    page: Page, article: Node, url_day: date | None, listed: ParsedDate | None, bound: datetime
) -> Iterator[tuple[str, ParsedDate]]:
    if url_day is not None:
        yield "address", ParsedDate(datetime(url_day.year, url_day.month, url_day.day, tzinfo=UTC), url_day, "day")
    if listed is not None:
        yield "listing", listed
    yield from ((one.origin, one.parsed) for one in shown_dates(page))
    yield from read_dates(page, "json-ld", [article.get("datePublished")])
    # A fixed bound and no extensive search (by dateparser), because the defaults read the clock. Without the text and
    # the URL, which were read above: htmldate takes any number in them for a date.
    rest = without_visible_text(page.tree)
    guess = parse_date(find_date(rest, original_date=True, extensive_search=False, max_date=bound))
    if guess:
        yield "text", guess


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


def _in_publishers_zone(naive: ParsedDate, others: Iterable[ParsedDate]) -> ParsedDate:
    """A clock time without a zone in the zone of another statement of the page of about the same day, if there is one.

    Statements in UTC do not tell where the publisher is.
    """
    for other in others:
        if other.offset and abs(other.day - naive.day) <= _SAME_SEASON:
            at = naive.at - other.offset
            return ParsedDate(at, naive.day, "second" if at.second else "minute", offset=other.offset)
    return naive


def _at_publishers_offset(published: ParsedDate, statements: Iterable[tuple[str, ParsedDate]]) -> ParsedDate:
    """A time stated in UTC with the offset that another statement of about the same day has, if there is one."""
    offset = next(
        (other.offset for _, other in statements if other.offset and abs(other.day - published.day) <= _SAME_SEASON),
        None,
    )
    return published if offset is None else replace(published, day=(published.at + offset).date(), offset=offset)


def _at_shown_offset(published: ParsedDate, shown: Sequence[ParsedDate], url_day: date | None) -> ParsedDate:
    """A time stated in UTC with the offset at which the page shows it to its readers.

    "10:30 pm" for 03:30 UTC is five hours behind. If only a day is shown, or is in the URL, and it is the one before or
    after, the offset is the smallest number of hours that leads to it: US publishers print their own day.
    """
    for clock in shown:
        if not (clock.exact or clock.zoned) and clock.at != published.at and _same_clock(clock, published):
            offset = timedelta(minutes=round((clock.at - published.at) / timedelta(minutes=1)))
            return replace(published, day=clock.day, offset=offset)
    day = url_day or next((parsed.day for parsed in shown if not parsed.exact), None)
    midnight = published.at.replace(hour=0, minute=0, second=0)
    if day == published.day - _DAY:
        hours = (published.at - midnight) // _HOUR + 1
        offset = -hours * _HOUR
    elif day == published.day + _DAY:
        offset = -((published.at - midnight - _DAY) // _HOUR) * _HOUR
    else:
        return published
    return replace(published, day=day, offset=offset) if _EARLIEST_ZONE <= offset <= _WIDEST_ZONE else published


def _same_clock(naive: ParsedDate, exact: ParsedDate) -> bool:
    """True if two clock times differ only by a time zone: a multiple of a quarter of an hour."""
    difference = abs(naive.at - exact.at)
    remainder = difference % _QUARTER_HOUR
    return difference <= _WIDEST_ZONE and min(remainder, _QUARTER_HOUR - remainder) < _SAME_MINUTE
