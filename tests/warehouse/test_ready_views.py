"""The views over sources and edits, on rows whose answers are counted by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.warehouse.rows import NOON, article_row, batch, uuid
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from warehouse import Writer


def load(writer: Writer, *rows: dict[str, Any]) -> None:
    name = f"s{writer.connection.execute('SELECT count(*) FROM segments').fetchall()[0][0]}"
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOON)


def tell(writer: Writer, story: int, *numbers: int, outlets: list[str], language: str = "en") -> None:
    """Put articles into a story."""
    writer.connection.execute(
        "UPDATE article_state SET story_id = ? WHERE article_id IN (SELECT unnest(?::UUID[]))",
        [uuid(story), [uuid(number) for number in numbers]],
    )
    writer.connection.execute(
        """
        INSERT INTO stories BY NAME
        SELECT ? AS story_id, 'A story' AS title, ? AS first_at, ? AS last_at, ? AS articles, ? AS sources,
            'test' AS method, ? AS language, ? AS reports, ? AS outlets, ? AS article_id, 0.5 AS similarity,
            ? AS closed_at
        """,
        [uuid(story), NOON, NOON, len(numbers), len(outlets), language, len(numbers), outlets, uuid(numbers[0]), NOON],
    )


def article(number: int, source: str, **fields: Any) -> dict[str, Any]:
    return article_row(number, source=source, published_at=NOON, language="en", **fields)


def test_overlap_counts_the_stories_that_two_sources_share(writer: Writer) -> None:
    load(writer, *(article(n, s) for n, s in enumerate(["courier", "post", "courier", "post", "courier", "echo"], 1)))
    tell(writer, 101, 1, 2, outlets=["courier", "post"])
    tell(writer, 102, 3, 4, outlets=["courier", "post"])
    tell(writer, 103, 5, outlets=["courier"])
    tell(writer, 104, 6, outlets=["echo"])
    rows = writer.connection.execute("FROM source_overlap ORDER BY source").fetchall()
    assert rows == [
        ("courier", "post", 2, 3, 2, 2 / 3, 2 / 3),
        ("post", "courier", 2, 2, 3, 1, 2 / 3),
    ]


def test_a_silence_is_a_story_that_most_others_carry(writer: Writer) -> None:
    sources = ["courier", "post", "echo", "bee"]
    load(writer, *(article(n, source) for n, source in enumerate(sources, 1)))
    load(writer, article(9, "bote") | {"language": "de"})
    tell(writer, 101, 1, 2, 3, outlets=["courier", "post", "echo"])
    tell(writer, 102, 4, outlets=["bee"])
    rows = writer.connection.execute("SELECT source, sources, share FROM silences").fetchall()
    assert rows == [("bee", 3, 0.75)]


def test_sections_and_tags_over_time(writer: Writer) -> None:
    later = NOON + timedelta(days=1)
    load(
        writer,
        article(1, "courier", section="Politics", tags=["roads", "money", "roads"]),
        article(2, "courier", section="Politics", tags=["money"]),
        article(3, "courier", section=None, tags=[]),
        article_row(4, section="Sport", tags=["money"], published_at=later),
    )
    days = {NOON.date(): "first", later.date(): "second"}
    sections = writer.connection.execute("FROM sections_daily ORDER BY day, section NULLS FIRST").fetchall()
    assert [(days[day], *row) for day, *row in sections] == [
        ("first", "courier", None, 1, 1 / 3),
        ("first", "courier", "Politics", 2, 2 / 3),
        ("second", "courier", "Sport", 1, 1),
    ]
    tags = writer.connection.execute("FROM tags_daily ORDER BY day, tag").fetchall()
    assert [(days[day], *row) for day, *row in tags] == [
        ("first", "courier", "money", 2), ("first", "courier", "roads", 1), ("second", "courier", "money", 1),
    ]  # fmt: skip


def test_hours_are_counted_where_the_time_is_known(writer: Writer) -> None:
    load(
        writer,
        article(1, "courier", published_precision="second"),
        article(2, "courier", published_precision="minute"),
        article_row(3, published_at=NOON + timedelta(hours=1), published_precision="minute"),
        article_row(4, published_at=NOON.replace(hour=0), published_precision="day"),
    )
    rows = writer.connection.execute("FROM publication_hours ORDER BY hour").fetchall()
    assert rows == [("courier", 12, 2, 2 / 3), ("courier", 13, 1, 1 / 3)]


def test_the_most_edited_come_first_and_reextraction_is_no_edit(writer: Writer) -> None:
    load(writer, *(article(n, "courier") for n in (1, 2, 3)))
    changes = [(1, 1, "text"), (2, 2, "title"), (2, 3, "both"), (3, 4, "reextracted")]
    for number, hours, change in changes:
        load(
            writer,
            article(number, "courier", outcome="updated", change=change, version_id=uuid(900 + hours).bytes,
                    fetched_at=NOON + timedelta(hours=hours), words_added=hours, words_removed=0),
        )  # fmt: skip
    rows = writer.connection.execute(
        "SELECT title, edits, headline_changes, words_added, last_edit_at FROM most_edited"
    ).fetchall()
    assert rows == [
        ("Title 2", 2, 2, 5, NOON + timedelta(hours=3)),
        ("Title 1", 1, 0, 1, NOON + timedelta(hours=1)),
    ]
