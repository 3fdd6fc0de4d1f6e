"""What is kept on each host, without any network."""

from __future__ import annotations

import pytest
from scrapy.exceptions import DownloadTimeoutError

from crawlers.politeness.hosts import FAILURES_IN_A_ROW, HostBook
from crawlers.politeness.ip_ranges import Reach
from crawlers.politeness.refusals import AskedToWait, HostLimit, HostUnresponsive
from crawlers.politeness.retry_after import MAX_WAIT

HOST = "town.example"


def fail(book: HostBook, times: int) -> list[bool]:
    return [book.failed(HOST, DownloadTimeoutError("slow")) for _ in range(times)]


def test_a_host_is_given_up_after_failures_in_a_row() -> None:
    book = HostBook(10)
    assert fail(book, FAILURES_IN_A_ROW) == [False] * (FAILURES_IN_A_ROW - 1) + [True]
    with pytest.raises(HostUnresponsive, match="DownloadTimeoutError"):
        book.check(HOST)
    book.check("other.example")


def test_an_answer_in_between_keeps_a_host() -> None:
    book = HostBook(10)
    for _ in range(5):
        assert not any(fail(book, FAILURES_IN_A_ROW - 1))
        book.answered(HOST)
    book.check(HOST)


def test_the_first_reason_for_giving_a_host_up_stays_and_is_raised_anew_each_time() -> None:
    book = HostBook(10)
    book.give_up(HOST, AskedToWait("busy", 503))
    book.give_up(HOST, HostUnresponsive("dead"))
    raised = []
    for _ in range(2):
        with pytest.raises(AskedToWait) as refusal:
            book.check(HOST)
        raised.append(refusal.value)
    assert raised[0] is not raised[1]
    assert [error.status for error in raised] == [503, 503]


def test_pages_are_counted_by_host_up_to_the_limit_or_what_the_source_asks_for() -> None:
    book = HostBook(2)
    book.count_page(HOST, Reach())
    book.count_page(HOST, Reach())
    with pytest.raises(HostLimit, match="2 pages of town"):
        book.count_page(HOST, Reach(pages=1))
    book.count_page(HOST, Reach(pages=3))
    book.count_page("other.example", Reach())


def test_a_crawl_waits_for_a_host_up_to_a_limit_in_all() -> None:
    book = HostBook(10)
    assert book.may_wait(HOST, MAX_WAIT - 1)
    assert not book.may_wait(HOST, 2)
    assert book.may_wait(HOST, 1)
    assert book.may_wait("other.example", MAX_WAIT)
