"""The filter of the links of a listing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.archive import Kind
from crawlers.discovery import Link
from crawlers.plan.model import PlannedSource
from crawlers.spiders.filters import LinkFilter


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/2026/02/title", "before 2026-03-10"),
        ("/2026/03/title", None),
        ("/2026/03/08/title", "before 2026-03-10"),
        ("/2026/03/10/title", None),
        ("/2026/04/title", "after 2026-03-20"),
        ("/title", None),
    ],
)
def test_a_month_in_a_url_is_outside_of_a_range_only_if_all_its_days_are(path: str, reason: str | None) -> None:
    source = PlannedSource(
        "a", 0.0, (), since=datetime(2026, 3, 10, tzinfo=UTC), until=datetime(2026, 3, 20, tzinfo=UTC)
    )
    assert LinkFilter(source).reason_to_skip(Link(f"https://a.example{path}"), Kind.FEED) == reason
