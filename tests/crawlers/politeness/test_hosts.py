"""The registry of hosts, without any network."""

from __future__ import annotations

import pytest
from scrapy.exceptions import DownloadTimeoutError

from crawlers.limits import MAX_HOST_WAIT_SECONDS
from crawlers.politeness.hosts import FAILURES_IN_A_ROW, HostRegistry
from crawlers.politeness.ip_ranges import AccessPolicy
from crawlers.politeness.refusals import AskedToWait, HostLimit, HostUnresponsive

HOST = "town.example"


def fail(registry: HostRegistry, times: int) -> list[bool]:
    return [registry.record_failure(HOST, DownloadTimeoutError("slow")) for _ in range(times)]


def test_a_host_is_given_up_after_failures_in_a_row() -> None:
    registry = HostRegistry(10)
    assert fail(registry, FAILURES_IN_A_ROW) == [False] * (FAILURES_IN_A_ROW - 1) + [True]
    with pytest.raises(HostUnresponsive, match="most recently: slow"):
        registry.check(HOST)
    registry.check("other.example")


def test_an_answer_in_between_prevents_that_a_host_is_given_up() -> None:
    registry = HostRegistry(10)
    for _ in range(5):
        assert not any(fail(registry, FAILURES_IN_A_ROW - 1))
        registry.record_answer(HOST)
    registry.check(HOST)


def test_the_first_reason_for_giving_a_host_up_stays_and_is_raised_as_a_new_exception() -> None:
    registry = HostRegistry(10)
    registry.give_up(HOST, AskedToWait("busy", 503))
    registry.give_up(HOST, HostUnresponsive("dead"))
    raised = []
    for _ in range(2):
        with pytest.raises(AskedToWait) as refusal:
            registry.check(HOST)
        raised.append(refusal.value)
    assert raised[0] is not raised[1]
    assert [error.status for error in raised] == [503, 503]


def test_pages_are_counted_by_host_up_to_the_limit_of_crawl_or_source() -> None:
    registry = HostRegistry(2)
    registry.count_page(HOST, AccessPolicy())
    registry.count_page(HOST, AccessPolicy())
    with pytest.raises(HostLimit, match="2 pages of town"):
        registry.count_page(HOST, AccessPolicy(pages=1))
    registry.count_page(HOST, AccessPolicy(pages=3))
    registry.count_page("other.example", AccessPolicy())


def test_the_waits_for_a_host_have_a_limit_in_total() -> None:
    registry = HostRegistry(10)
    assert registry.reserve_wait(HOST, MAX_HOST_WAIT_SECONDS - 1)
    assert not registry.reserve_wait(HOST, 2)
    assert registry.reserve_wait(HOST, 1)
    assert registry.reserve_wait("other.example", MAX_HOST_WAIT_SECONDS)
