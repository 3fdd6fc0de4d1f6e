"""Loads articles into a warehouse as a segment's pages would be, without an archive."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.extraction import Article
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.load import ExtractedSegment, load
from flows.timing import StepTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse import Writer

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORDS = (Path(__file__).parent / "texts" / "words.txt").read_text(encoding="utf-8").split()


@dataclass(frozen=True)
class Piece:
    """An article as a test writes it; it was published `hours` after NOON (None: unknown)."""

    url: str
    text: str
    title: str = "A headline"
    source: str = ""
    hours: float | None = 0.0
    precision: str = "second"
    language: str = "en"
    seen_hours: float = 500.0


def prose(seed: int, words: int = 150, vocabulary: Sequence[str] = WORDS) -> str:
    """Random text: two seeds share five words in a row only by chance."""
    rng = random.Random(seed)
    lines = [" ".join(rng.choices(vocabulary, k=15)).capitalize() + "." for _ in range(words // 15)]
    return "\n".join(" ".join(lines[at : at + 2]) for at in range(0, len(lines), 2))


def add(writer: Writer, *pieces: Piece, segment: str) -> None:
    """Load the pieces as one segment."""
    fetches = []
    for piece in pieces:
        published = None if piece.hours is None else NOON + timedelta(hours=piece.hours)
        article = Article(
            url=piece.url,
            title=piece.title,
            authors=(),
            published_at=published,
            modified_at=None,
            published_precision=piece.precision if published else None,  # type: ignore[arg-type]
            language=piece.language,
            section=None,
            tags=(),
            image_url=None,
            description=None,
            text=piece.text,
            is_free=None,
        )
        fetch = Fetch(
            url=piece.url,
            source=piece.source or piece.url.split("/")[2],
            kind=Kind.RECORD,
            outcome=Outcome.FETCHED,
            fetched_at=NOON + timedelta(hours=piece.seen_hours),
            bytes=len(piece.text),
        )
        fetches.append(extracted_fetch(fetch, article))
    load(writer, ExtractedSegment(f"test-run-{segment}", fetches, NOON, StepTimes()))


def ask(writer: Writer, query: str) -> list[Any]:
    return writer.connection.execute(query).fetchall()


def links(writer: Writer) -> dict[str, tuple[str, str]]:
    """For the URL of each duplicate, the URL of its root and the kind."""
    rows = ask(
        writer,
        """
        SELECT article.url, original.url, article.duplicate_kind
        FROM articles AS article JOIN article_state AS original ON original.article_id = article.duplicate_of
        """,
    )
    return {url: (original, kind) for url, original, kind in rows}


def story_sets(writer: Writer) -> set[frozenset[str]]:
    """The stories as sets of URLs."""
    rows = ask(writer, "SELECT list(url) FROM articles GROUP BY story_id")
    return {frozenset(urls) for (urls,) in rows}


def everything(writer: Writer) -> list[list[Any]]:
    """The contents of all tables of duplicates and stories, to compare before and after."""
    tables = {
        "duplicates": "article_id, original_id, kind, similarity",
        "stories": "story_id, title, articles, reports, outlets",
        "article_state": "article_id, duplicate_of, duplicate_kind, similarity, story_id",
        "private.fingerprints": "day, hash, article_id",
        "private.common_fingerprints": "hash",
        "private.indexed_articles": "article_id, day, published_at",
        "private.story_terms": "story_id, term, weight",
        "private.story_members": "article_id, story_id, first_at, last_at, title, outlets, terms, weights",
    }
    return [ask(writer, f"SELECT {columns} FROM {table} ORDER BY ALL") for table, columns in tables.items()]


__all__ = ["NOON", "Piece", "add", "ask", "everything", "links", "prose", "replace", "story_sets"]
