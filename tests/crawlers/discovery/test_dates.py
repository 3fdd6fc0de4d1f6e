from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.discovery.dates import parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-14T10:20:30+02:00", datetime(2024, 5, 14, 8, 20, 30, tzinfo=UTC)),
        ("2024-05-14T10:20Z", datetime(2024, 5, 14, 10, 20, tzinfo=UTC)),
        ("2024-05-14T10:20:30.5+0200", datetime(2024, 5, 14, 8, 20, 30, 500_000, tzinfo=UTC)),
        ("2024-05-14 10:20:30", datetime(2024, 5, 14, 10, 20, 30, tzinfo=UTC)),
        ("2024/05/14 10:20", datetime(2024, 5, 14, 10, 20, tzinfo=UTC)),
        ("2024-05-14", datetime(2024, 5, 14, tzinfo=UTC)),
        ("Tue, 14 May 2024 10:20:30 GMT", datetime(2024, 5, 14, 10, 20, 30, tzinfo=UTC)),
        ("14 May 2024 10:20:30 -0700", datetime(2024, 5, 14, 17, 20, 30, tzinfo=UTC)),
        ("Tue, 14 May 2024 10:20:30 EST", datetime(2024, 5, 14, 15, 20, 30, tzinfo=UTC)),
        ("Tue, 14 May 2024 10:20:30 CEST", datetime(2024, 5, 14, 8, 20, 30, tzinfo=UTC)),
        ("Tue, 14 May 2024 10:20:30 KST", datetime(2024, 5, 14, 1, 20, 30, tzinfo=UTC)),
        ("Di, 14 May 2024 10:20:30 +0200", datetime(2024, 5, 14, 8, 20, 30, tzinfo=UTC)),
        ("Tue, 14 May 2024", datetime(2024, 5, 14, tzinfo=UTC)),
        ("  2024-05-14\n", datetime(2024, 5, 14, tzinfo=UTC)),
    ],
)
def test_a_time_is_parsed_to_utc(text: str, expected: datetime) -> None:
    found = parse_time(text)
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "2024",
        "2024-05",
        "2024-13-01",
        "31 Feb 2024",
        "14.05.2024",
        "1715682000",
        "2024년 5월 14일",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "Tue, 14 May 99999 10:20:30 GMT",
        pytest.param("1 " * 5000, id="long"),
    ],
)
def test_a_time_without_a_certain_day_is_not_parsed(text: str | None) -> None:
    assert parse_time(text) is None
