"""The order of publication, and the roots of chains."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from flows.dedup.copies.originals import Duplicate, Pair, PublicationTime, order, orient, publication_time, resolve
from tests.flows.dedup.library import NOON


def uuid(number: int) -> UUID:
    return UUID(int=number)


def test_the_order_of_originals() -> None:
    day = datetime(2026, 3, 10, tzinfo=UTC)
    sorted_orders = [
        order(PublicationTime(day - timedelta(hours=1), "minute"), NOON, uuid(9)),
        order(PublicationTime(day + timedelta(hours=5), "second"), NOON, uuid(8)),
        order(PublicationTime(day + timedelta(hours=5), "minute"), NOON, uuid(7)),
        order(PublicationTime(day + timedelta(hours=9), "minute"), NOON, uuid(6)),
        order(PublicationTime(day, "day"), NOON, uuid(5)),
        order(PublicationTime(day, "day"), NOON + timedelta(hours=6), uuid(4)),
        order(PublicationTime(day + timedelta(hours=30), "second"), NOON, uuid(3)),
    ]
    assert sorted(sorted_orders) == sorted_orders


def test_which_of_two_reports_a_run_requests_first_does_not_make_it_the_original() -> None:
    soon, later = NOON + timedelta(seconds=3), NOON + timedelta(minutes=40)
    for precision in ("day", "seen"):
        day = NOON.replace(hour=0)
        orders = [
            order(PublicationTime(at if precision == "seen" else day, precision), at, uuid(number))
            for at, number in ((later, 1), (soon, 2), (soon, 3), (later, 4))
        ]
        assert sorted(orders) == orders


def test_an_article_seen_before_it_was_published_is_dated_by_when_it_was_seen() -> None:
    assert publication_time(NOON + timedelta(days=3), "second", NOON) == PublicationTime(NOON, "seen")
    assert publication_time(None, None, NOON) == PublicationTime(NOON, "seen")
    assert publication_time(NOON + timedelta(hours=3), "second", NOON) == PublicationTime(
        NOON + timedelta(hours=3), "second"
    )


ORDERS = {uuid(n): order(PublicationTime(NOON + timedelta(hours=n), "second"), NOON, uuid(n)) for n in range(8)}


def test_a_chain_leads_to_its_root_by_the_parent_with_most_of_the_text() -> None:
    pairs = [
        Pair(uuid(1), uuid(0), 50, 100, 100),  # 1 makes use of 0
        Pair(uuid(2), uuid(1), 97, 100, 100),  # 2 copies 1,
        Pair(uuid(2), uuid(0), 48, 100, 100),  # and so has what 1 took from 0
        Pair(uuid(3), uuid(2), 98, 100, 100),
        Pair(uuid(3), uuid(1), 96, 100, 100),
    ]
    assert resolve(pairs, ORDERS) == {
        uuid(1): Duplicate(uuid(0), "derived", 0.5),
        uuid(2): Duplicate(uuid(0), "copy", 0.97),
        uuid(3): Duplicate(uuid(0), "copy", 0.96),
    }


@given(
    found=st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda ends: ends[0] < ends[1]), st.integers(12, 100)
    ),
    seed=st.integers(),
)
def test_roots_do_not_depend_on_the_order_or_the_direction_of_pairs(
    found: dict[tuple[int, int], int], seed: int
) -> None:
    pairs = [Pair(uuid(later), uuid(earlier), shared, 100, 120) for (earlier, later), shared in found.items()]
    turned = [Pair(pair.original_id, pair.article_id, pair.shared, 120, 100) for pair in pairs]
    random.Random(seed).shuffle(turned)
    answer = resolve(pairs, ORDERS)
    assert resolve([orient(pair, ORDERS) for pair in turned], ORDERS) == answer
    for article, duplicate in answer.items():
        assert duplicate.root not in answer
        assert ORDERS[duplicate.root] < ORDERS[article]
