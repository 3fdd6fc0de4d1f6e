"""The ready-made views and macros, on rows whose answers are counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.warehouse.rows import NOON, article_row, batch, failed_row, uuid
from warehouse import connect
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from warehouse import Writer

FIRST = date(2026, 3, 1)  # a Sunday; NOON is on it


def load(writer: Writer, *rows: dict[str, Any]) -> None:
    name = f"s{writer.connection.execute('SELECT count(*) FROM segments').fetchall()[0][0]}"
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOON)


def ask(writer: Writer, query: str) -> list[Any]:
    return writer.connection.execute(query).fetchall()


def day(number: int, hour: int = 12) -> datetime:
    """So many days after the first, at an hour UTC."""
    return datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(days=number)


def on(number: int, days: int, **fields: Any) -> dict[str, Any]:
    """An article published and first seen so many days after the first."""
    return article_row(number, published_at=day(days), fetched_at=day(days, 13), published_precision="second", **fields)


def version(number: int, hours: float, change: str, **fields: Any) -> dict[str, Any]:
    """A later version of an article."""
    when = NOON + timedelta(hours=hours)
    return article_row(
        number,
        outcome="updated",
        change=change,
        fetched_at=when,
        version_id=uuid(9000 + int(hours * 10)).bytes,
        **fields,
    )


def test_coverage_daily_fills_gaps_with_0_and_shares_the_day(writer: Writer) -> None:
    load(writer, on(1, 0), on(2, 0), on(3, 2), on(4, 0, source="post"), on(5, 1, source="post"))
    assert ask(writer, "SELECT day - DATE '2026-03-01', source, articles, share FROM coverage_daily ORDER BY 1, 2") == [
        (0, "courier", 2, 2 / 3),
        (0, "post", 1, 1 / 3),
        (1, "courier", 0, 0),
        (1, "post", 1, 1),
        (2, "courier", 1, 1),
        (2, "post", 0, 0),
    ]


def test_a_day_is_one_of_utc_whatever_the_session_says(writer: Writer) -> None:
    load(writer, article_row(1, published_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)))
    writer.publish()
    for zone in ("Asia/Tokyo", "America/Lima"):
        with connect(writer.data) as reader:
            reader.execute(f"SET TimeZone = '{zone}'")
            assert reader.execute("SELECT day FROM coverage_daily").fetchall() == [(FIRST,)]


def test_an_article_without_a_date_counts_for_the_day_of_first_sight(writer: Writer) -> None:
    load(writer, article_row(1, fetched_at=day(3)))
    assert ask(writer, "SELECT day FROM article_days") == [(FIRST + timedelta(days=3),)]


def test_language_mix(writer: Writer) -> None:
    load(writer, on(1, 0, language="de"), on(2, 1, language="de", source="post"), on(3, 2), on(4, 40, language="fr"))
    assert ask(writer, "FROM language_mix ORDER BY month, language NULLS LAST") == [
        (date(2026, 3, 1), "de", 2, 2, 2 / 3),
        (date(2026, 3, 1), None, 1, 1, 1 / 3),
        (date(2026, 4, 1), "fr", 1, 1, 1),
    ]


def test_sections(writer: Writer) -> None:
    load(
        writer,
        on(1, 0, section="Sport", word_count=100),
        on(2, 3, section="Sport", word_count=200),
        on(3, 1),
        on(4, 1, section="Sport", source="post", word_count=7),
    )
    assert ask(writer, "FROM sections ORDER BY source, section NULLS LAST") == [
        ("courier", "Sport", 2, 2 / 3, FIRST, FIRST + timedelta(days=3), 150),
        ("courier", None, 1, 1 / 3, FIRST + timedelta(days=1), FIRST + timedelta(days=1), 3),
        ("post", "Sport", 1, 1, FIRST + timedelta(days=1), FIRST + timedelta(days=1), 7),
    ]


def test_bylines_count_an_article_for_each_of_its_authors(writer: Writer) -> None:
    load(writer, on(1, 0, authors=["Ann", "Bob"]), on(2, 2, authors=["Ann"]), on(3, 0, authors=[]))
    assert ask(writer, "FROM bylines ORDER BY author") == [
        ("Ann", "courier", 2, FIRST, FIRST + timedelta(days=2), 3),
        ("Bob", "courier", 1, FIRST, FIRST, 3),
    ]


def test_paywall_share_counts_stubs_once_and_articles_that_say_so(writer: Writer) -> None:
    stub = {"outcome": "rejected", "reason": "paywall", "detail": "a stub", "answered": True}
    load(writer, on(1, 0, is_free=False), on(2, 0, is_free=True), on(3, 0), failed_row(4, **stub))
    load(writer, failed_row(4, **stub, fetched_at=day(1)), failed_row(5, **stub | {"reason": "empty"}))
    assert ask(writer, "FROM paywall_share") == [("courier", FIRST, 4, 1, 1, 1, 0.5)]


def test_headline_changes_say_from_what_to_what_and_when(writer: Writer) -> None:
    load(writer, article_row(1, title="One"), article_row(2, title="Other"))
    load(writer, version(1, 1, "title", title="Two"), version(1, 6, "text", title="Two", text="New."))
    load(writer, version(1, 24.5, "both", title="Three", text="Newer."))
    assert ask(
        writer, "SELECT title_before, title_after, hours_after_first_sight FROM headline_changes ORDER BY changed_at"
    ) == [("One", "Two", 1.0), ("Two", "Three", 24.5)]


def test_article_edits_say_how_much_changed_and_leave_out_re_extractions(writer: Writer) -> None:
    load(writer, article_row(1, word_count=10))
    load(writer, version(1, 1, "text", words_added=2, words_removed=1, diff="a [-b-] {+c d+}", word_count=11))
    load(writer, version(1, 2, "reextracted", words_added=0, words_removed=5, diff="[-menu-]", word_count=6))
    load(writer, version(1, 3, "title", title="New", words_added=0, words_removed=0, word_count=6))
    assert ask(
        writer,
        "SELECT change, title_before, title_after, words_before, words_added, words_removed, share_changed, diff "
        "FROM article_edits ORDER BY edited_at",
    ) == [
        ("text", "Title 1", "Title 1", 10, 2, 1, 0.3, "a [-b-] {+c d+}"),
        ("title", "Title 1", "New", 6, 0, 0, 0.0, None),
    ]
    assert ask(writer, "SELECT title_before, title_after FROM headline_changes") == [("Title 1", "New")]


def test_top_terms_are_the_words_of_a_day_that_the_weeks_before_did_not_have(writer: Writer) -> None:
    # "council" stands in 4 headlines every day, "flood" in 4 of the last day only.
    number = 0
    for days in range(5):
        for _ in range(4):
            number += 1
            load(writer, on(number, days, title="Council meets"))
    for _ in range(4):
        number += 1
        load(writer, on(number, 4, title="Flood: the flood comes"))
    found = ask(writer, "FROM top_terms WHERE day = DATE '2026-03-05'")
    assert found == [
        (date(2026, 3, 5), 1, "comes", 4, 0.0, 4.0),
        (date(2026, 3, 5), 2, "flood", 4, 0.0, 4.0),
        (date(2026, 3, 5), 3, "the", 4, 0.0, 4.0),
    ]
    assert ask(writer, "SELECT count(*) FROM top_terms_between('2026-03-01', '2026-03-01')") == [(0,)], "nothing before"


def test_pipeline_loss_adds_up_per_run_and_source(writer: Writer) -> None:
    load(writer, article_row(1), failed_row(2), failed_row(3, outcome="skipped", reason="robots", source="post"))
    assert ask(writer, "FROM pipeline_loss ORDER BY source") == [
        ("r1", "courier", 2, 1, 0, 0, 0, 0, 1, 0),
        ("r1", "post", 1, 0, 0, 0, 0, 0, 0, 1),
    ]


HEALTH = (
    "SELECT silent_hours, longest_silence_hours, is_silent, articles_last_day, weekday_mean, weekday_sigma, "
    "unusual_volume, requests_7d, error_rate_7d, articles_7d, missing_dates_7d, missing_authors_7d, median_words_7d, "
    "median_words_before, length_drift FROM source_health"
)


def test_source_health_of_a_source_that_changed_its_ways(writer: Writer) -> None:
    """Four Sundays with two articles each and one with one; then a full Sunday with none, and a failure on Monday."""
    rows = []
    for week, count in enumerate((2, 2, 1, 2)):
        rows += [
            article_row(week * 10 + n, fetched_at=day(7 * week, 13), published_at=NOON, word_count=200)
            for n in range(count)
        ]
    load(writer, *rows)
    # as_of: Monday 30 March, 01:00; the last full day is Sunday the 29th, the four before it have 2, 2, 1, 2 articles
    load(
        writer,
        article_row(90, fetched_at=day(28, 13), word_count=100, authors=[]),
        failed_row(91, fetched_at=day(29, 1)),
    )
    assert ask(writer, HEALTH) == [
        # 12 hours from Sunday 13:00 to Monday 01:00; a week between articles; 1 on Sunday against a mean of 7 / 4
        (12.0, 168.0, False, 1, 1.75, 0.5, None, 2, 0.5, 1, 1.0, 1.0, 100.0, 200.0, -0.5)
    ]
    assert ask(writer, "SELECT as_of, last_day FROM source_health") == [(day(29, 1), date(2026, 3, 29))]


def test_source_health_sees_silence_and_unusual_days(writer: Writer) -> None:
    for week in range(4):
        load(writer, *(article_row(week * 10 + n, fetched_at=day(7 * week, 13)) for n in range(2 + week % 2)))
    load(writer, failed_row(80, source="post", fetched_at=day(36, 13)))
    assert ask(
        writer, "SELECT is_silent, silent_hours, unusual_volume FROM source_health WHERE source = 'courier'"
    ) == [
        (True, 360.0, None)  # 15 days; the last full day is a Sunday's Monday, which never had any
    ]
    writer.connection.execute(
        """INSERT INTO sources BY NAME SELECT 'new' AS source, [] AS feeds, [] AS sitemaps, [] AS sections,
        [] AS recheck_hours, true AS active, now() AS first_seen_at, now() AS changed_at"""
    )
    assert ask(writer, "SELECT is_silent, last_article_at, articles_7d FROM source_health WHERE source = 'new'") == [
        (True, None, 0)
    ]


@pytest.mark.parametrize(
    ("weeks", "mean", "sigma", "found"),
    [
        # Sigma is greater than chance alone makes it: high over 20 + 2 * 17.32.
        ((5, 35, 5, 35), 20.0, 17.32, {0: None, 54: None, 55: "high"}),
        # It is smaller: low under 10 - 2 * 3.16, high over 10 + 2 * 3.16.
        ((8, 12, 8, 12), 10.0, 2.31, {3: "low", 4: None, 16: None, 17: "high"}),
        ((10, 10, 10, 10), 10.0, 0.0, {3: "low", 9: None, 11: None, 17: "high"}),
        ((1, 0, 0, 0), 0.25, 0.5, {0: None, 2: None, 3: "high"}),
        ((10,), 10.0, None, {0: None, 30: None}),
    ],
)
def test_source_health_tells_volume_outside_two_sigma_of_its_weekday_and_of_chance(
    writer: Writer, weeks: tuple[int, ...], mean: float, sigma: float | None, found: dict[int, str | None]
) -> None:
    sundays = [7 * (4 - len(weeks) + week) for week in range(len(weeks))]
    before = [sunday for sunday, count in zip(sundays, weeks, strict=True) for _ in range(count)]
    load(writer, *(article_row(number, fetched_at=day(sunday, 13)) for number, sunday in enumerate(before, start=1)))
    load(writer, failed_row(9000, fetched_at=day(29, 1)))
    last = 0
    for articles, unusual in found.items():
        rows = [article_row(1000 + number, fetched_at=day(28, 13)) for number in range(last, articles)]
        if rows:
            load(writer, *rows)
        last = articles
        assert ask(writer, "SELECT weekday_mean, weekday_sigma, unusual_volume FROM source_health") == [
            (mean, sigma, unusual)
        ], articles


def test_views_answer_in_a_file_that_another_database_attaches(writer: Writer) -> None:
    load(writer, on(1, 0))
    writer.publish()
    with duckdb.connect() as other:
        other.execute(f"ATTACH '{writer.public}' AS news (READ_ONLY)")
        assert other.execute("SELECT day FROM news.coverage_daily").fetchall() == [(FIRST,)]
        assert other.execute("SELECT title FROM news.articles").fetchall() == [("Title 1",)]


def test_every_view_and_macro_says_which_question_it_answers_in_its_file() -> None:
    from warehouse.migrate import VIEWS

    for file in VIEWS.glob("*.sql"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("-- "), file


def test_hours_are_as_long_wherever_the_question_is_asked(writer: Writer) -> None:
    # In the night before the 29th the clocks of Europe go forward.
    load(writer, article_row(1, title="One", fetched_at=day(27, 1)))
    load(writer, article_row(2, fetched_at=day(27, 13)), article_row(3, fetched_at=day(28, 13)))
    load(writer, version(1, 28 * 24, "title", title="Two"))
    load(writer, failed_row(4, fetched_at=day(28, 14)))
    for zone in ("UTC", "Europe/Vienna", "America/New_York"):
        writer.connection.execute(f"SET TimeZone = '{zone}'")
        assert ask(writer, "SELECT silent_hours, longest_silence_hours FROM source_health") == [(1.0, 24.0)], zone
        for view in ("headline_changes", "article_edits"):
            assert ask(writer, f"SELECT hours_after_first_sight FROM {view}") == [(35.0,)], (zone, view)


def test_counts_are_whole_numbers_of_64_bits(writer: Writer) -> None:
    """DuckDB's sum() gives 128 bits, which Arrow and pandas have none of: a count would be a fraction there."""
    wide = "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'HUGEINT' AND NOT internal"
    assert ask(writer, wide) == []


@pytest.mark.parametrize(
    ("view", "column", "says"),
    [
        ("appearances", "kind", "copy or derived"),
        ("syndication_edges", "articles", "go back to reports of original_source"),
        ("syndication_edges", "source", "has them as well"),
        ("wire_share", "articles", "including unchanged texts of other sources"),
    ],
)
def test_a_column_that_means_something_else_than_in_the_tables_says_so(
    writer: Writer, view: str, column: str, says: str
) -> None:
    query = f"SELECT comment FROM duckdb_columns() WHERE table_name = '{view}' AND column_name = '{column}'"
    assert says in ask(writer, query)[0][0]


def test_the_day_of_an_article_is_the_one_on_its_page(writer: Writer) -> None:
    late = article_row(1, published_at=day(0, 23), published_precision="minute", published_utc_offset=120)
    load(writer, late, late | on(2, 0, published_utc_offset=-780), on(3, 0), article_row(4))
    assert ask(writer, "SELECT published_utc_offset, published_day - DATE '2026-03-01' FROM articles ORDER BY url") == [
        (120, 1),
        (-780, -1),
        (None, 0),
        (None, None),
    ]
