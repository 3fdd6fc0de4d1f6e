"""What a crawl requests from a source, and what it leaves for later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.archive import FoundListing, Kind
from crawlers.discovery import Link
from crawlers.plan.model import PlannedRequest, PlannedSource
from crawlers.spiders.budget import CrawlBudget
from crawlers.spiders.filters import LinkFilter, newest_links, newest_listings

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
SITE = "http://a.example"
FEEDS = tuple(PlannedRequest(f"{SITE}/{number}.xml", Kind.FEED) for number in range(2))


def waiting(count: int) -> tuple[PlannedRequest, ...]:
    return tuple(PlannedRequest(f"{SITE}/old/{number}", Kind.PAGE) for number in range(count))


def links(count: int) -> list[Link]:
    return [Link(f"{SITE}/new/{number}") for number in range(count)]


def test_new_pages_of_listings_come_before_waiting_ones() -> None:
    budget = CrawlBudget(PlannedSource("a", 0.0, FEEDS, waiting(5), limit=4))
    assert list(budget.waiting_pages()) == []
    assert [page.url for page in budget.pages(links(3))] == [f"{SITE}/new/{number}" for number in range(3)]
    assert list(budget.listing_closed()) == []
    assert [page.url for page in budget.listing_closed()] == [f"{SITE}/old/0"]


def test_waiting_pages_are_requested_at_once_if_no_listing_is_due() -> None:
    budget = CrawlBudget(PlannedSource("a", 0.0, (), waiting(5), limit=4))
    assert len(list(budget.waiting_pages())) == 4


def test_waiting_pages_come_after_listings_that_other_listings_name() -> None:
    budget = CrawlBudget(PlannedSource("a", 0.0, FEEDS[:1], waiting(1)))
    budget.listing_opened()
    assert list(budget.listing_closed()) == []
    assert len(list(budget.listing_closed())) == 1


def sitemap(name: str, modified_at: datetime | None = None) -> FoundListing:
    return FoundListing(f"{SITE}/{name}.xml", Kind.SITEMAP, modified_at)


def test_of_the_sitemaps_of_an_index_only_new_and_changed_ones_are_requested() -> None:
    hour = timedelta(hours=1)
    known = {f"{SITE}/{name}.xml": NOW for name in ("changed", "unchanged", "undated", "today")}
    budget = CrawlBudget(PlannedSource("a", 0.0, FEEDS, last_fetched=known))
    found = [
        sitemap("changed", NOW + hour),
        sitemap("unchanged", NOW - hour),
        sitemap("undated"),
        sitemap("today", NOW.replace(hour=0)),
        sitemap("new"),
    ]
    assert [request.url for request in budget.listings(found)] == [
        f"{SITE}/changed.xml",
        f"{SITE}/today.xml",
        f"{SITE}/new.xml",
    ]


def test_no_more_listings_are_requested_than_the_budget_allows() -> None:
    budget = CrawlBudget(PlannedSource("a", 0.0, FEEDS, listing_limit=3))
    assert len(list(budget.listings(sitemap(str(number)) for number in range(9)))) == 3


def test_the_newest_comes_first_and_undated_ones_keep_their_order_at_the_end() -> None:
    def at(days: int) -> datetime:
        return NOW - timedelta(days=days)

    named = [
        Link(f"{SITE}/b"),
        Link(f"{SITE}/3", published_at=at(3)),
        Link(f"{SITE}/a"),
        Link(f"{SITE}/1", modified_at=at(1)),
        Link(f"{SITE}/2026/03/08/x", modified_at=at(0)),  # every page of some sites was modified last night
    ]
    assert [link.url.removeprefix(SITE) for link in newest_links(named)] == ["/1", "/2026/03/08/x", "/3", "/b", "/a"]
    maps = [sitemap("z"), sitemap("old", at(9)), sitemap("sitemap/2026/03"), sitemap("new", at(1))]
    assert [listing.url.removeprefix(SITE) for listing in newest_listings(maps)] == [
        "/sitemap/2026/03.xml",  # it may list the last days of the month
        "/new.xml",
        "/old.xml",
        "/z.xml",
    ]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link(f"{SITE}/x", published_at=NOW), None),
        (Link(f"{SITE}/x", published_at=datetime(2026, 2, 27, 23, 0, tzinfo=UTC)), "before 2026-02-28"),
        (Link(f"{SITE}/x", published_at=datetime(2026, 3, 12, tzinfo=UTC)), "after 2026-03-11"),
        (Link(f"{SITE}/2025/12/31/x", modified_at=NOW), "before 2026-02-28"),
        (Link(f"{SITE}/2026/02/28/x"), None),
        (Link(f"{SITE}/x", modified_at=datetime(2026, 2, 20, tzinfo=UTC)), "before 2026-02-28"),
        (Link(f"{SITE}/no-date-at-all"), None),
    ],
)
def test_the_date_range_applies_to_the_date_in_listing_or_url(link: Link, reason: str | None) -> None:
    since, until = datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 11, 23, 59, tzinfo=UTC)
    assert LinkFilter(PlannedSource("a", 0.0, since=since, until=until)).reason_to_skip(link, Kind.FEED) == reason


def test_only_links_of_plain_sitemaps_are_filtered_by_their_urls() -> None:
    link_filter = LinkFilter(PlannedSource("a", 0.0))
    about = Link(f"{SITE}/about")
    assert link_filter.reason_to_skip(about, Kind.SITEMAP) == "not articles, judging by their URLs"
    assert link_filter.reason_to_skip(about, Kind.FEED) is None
    assert link_filter.reason_to_skip(Link(f"{SITE}/about", title="About a boy"), Kind.SITEMAP) is None
    assert link_filter.reason_to_skip(Link(f"{SITE}/news/about-the-ferry-that-sank"), Kind.SITEMAP) is None
