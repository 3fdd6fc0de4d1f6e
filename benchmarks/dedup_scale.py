#!/usr/bin/env python3
"""Measures what duplicates and stories cost per 1,000 new articles as the warehouse grows, and the bytes they take.

usage: python benchmarks/dedup_scale.py [--stored N …] [--per-day N] [--rounds N]

Invented articles (words distributed as in Zipf's law, a seventh of the articles copies) arrive at --per-day a day. A
warehouse is filled to each size and then given batches of 1,000 new articles. The cost is the CPU time of the whole
process, in all its threads, for `flows.dedup.run.deduplicate`: from the features of the texts to the written tables.
Except for the last days, the warehouse is filled with invented numbers instead of texts (the index is the same, and the
text of an article that old is never read). Filling ends by closing quiet stories, as the nightly upkeep does. The peer
in the same run is the same lookup without a window: it searches all stored articles for shared fingerprints.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from invented import START, News

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from flows.dedup.records import NewText
from flows.dedup.run import deduplicate
from flows.dedup.stories.candidates import STRONG_TERMS
from flows.dedup.stories.vectors import CENTROID_TERMS, TERMS
from flows.dedup.text.features import features_of
from flows.dedup.upkeep import close_quiet_stories, refresh_idf_if_grown
from flows.identifiers import digest
from warehouse import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer

DAYS = 12  # the last days, filled with real texts: more than any window
TABLES = (
    "duplicates",
    "stories",
    "private.fingerprints",
    "private.indexed_articles",
    "private.common_fingerprints",
    "private.story_terms",
    "private.story_members",
)


def new_text(article: dict[str, str], number: int) -> tuple[NewText, str]:
    """An article as `deduplicate` takes it, and its text."""
    at = datetime.fromisoformat(article["published_at"])
    return NewText(
        article_id=digest(article["url"]),
        version_id=digest(article["url"], "version"),
        source=article["url"].split("/")[2],
        title=article["title"],
        language="en",
        published_at=at,
        precision="second",
        seen_at=at + timedelta(minutes=5),
        first_seen_at=at + timedelta(minutes=5),
        new=True,
        features=features_of(article["title"], article["text"], "en"),
    ), article["text"]


def load(writer: Writer, batch: list[tuple[NewText, str]]) -> float:
    """Write the rows of articles and deduplicate them; returns the CPU seconds of the latter, in all threads."""
    with writer.transaction() as connection:
        connection.register("new_rows", _rows(batch))
        first = connection.execute("SELECT count(*) FROM article_versions").fetchall()[0][0]
        connection.execute(INSERT_VERSIONS, {"first": first})
        connection.execute(INSERT_STATE, {"first": first})
        connection.unregister("new_rows")
        start = time.process_time()
        deduplicate(connection, [article for article, _ in batch], [], datetime.now(UTC))
        seconds = time.process_time() - start
    start = time.process_time()
    with writer.transaction() as connection:
        refresh_idf_if_grown(connection)
    return seconds + time.process_time() - start


INSERT_VERSIONS = """
INSERT INTO article_versions BY NAME
SELECT version_id::UUID AS version_id, article_id::UUID AS article_id, seen_at, 'first' AS change, title,
       []::VARCHAR[] AS authors, published_at, 'second' AS published_precision, 'en' AS language, []::VARCHAR[] AS tags,
       text, 400 AS word_count, article_id::UUID AS text_hash, 'x' AS extractor, 'x' AS segment, $first + number AS doc
FROM new_rows
"""
INSERT_STATE = """
INSERT INTO article_state BY NAME
SELECT article_id::UUID AS article_id, url, source, version_id::UUID AS version_id, 1 AS versions,
       seen_at AS first_seen_at, seen_at AS last_seen_at, article_id::UUID AS title_hash, article_id::UUID AS body_hash,
       url AS fetch_url, $first + number AS doc
FROM new_rows
"""


def _rows(batch: list[tuple[NewText, str]]) -> object:
    import pyarrow as pa

    return pa.table(
        {
            "number": range(len(batch)),
            "article_id": [str(article.article_id) for article, _ in batch],
            "version_id": [str(article.version_id) for article, _ in batch],
            "url": [f"https://{article.source}/{article.article_id}" for article, _ in batch],
            "source": [article.source for article, _ in batch],
            "title": [article.title for article, _ in batch],
            "seen_at": pa.array([article.seen_at for article, _ in batch], pa.timestamp("us", tz="UTC")),
            "published_at": pa.array([article.published_at for article, _ in batch], pa.timestamp("us", tz="UTC")),
            "text": [text for _, text in batch],
        }
    )


FILL = """
CREATE OR REPLACE TEMP TABLE filling AS
SELECT number AS doc, uuid() AS article_id, uuid() AS version_id, uuid() AS story_id,
       TIMESTAMPTZ '{start}' + to_microseconds(CAST(number * {step} AS BIGINT)) AS since
FROM range({many}) AS numbers(number);
INSERT INTO article_state BY NAME
SELECT article_id, 'https://paper.example/' || article_id AS url,
       'paper' || (hash(article_id) % 300) || '.example' AS source, version_id, 1 AS versions, since AS first_seen_at,
       since AS last_seen_at, article_id AS title_hash, article_id AS body_hash,
       'https://paper.example/' || article_id AS fetch_url, story_id, doc
FROM filling ORDER BY since;
INSERT INTO article_versions BY NAME
SELECT version_id, article_id, since AS seen_at, 'first' AS change, 'A title' AS title, []::VARCHAR[] AS authors,
       since AS published_at, 'second' AS published_precision, 'en' AS language, []::VARCHAR[] AS tags,
       'A text' AS text, 2 AS word_count, article_id AS text_hash, 'x' AS extractor, 'x' AS segment, doc
FROM filling ORDER BY since;
INSERT INTO private.indexed_articles
SELECT CAST(since AS DATE), article_id, version_id, since, since, since, 'second', 28 FROM filling ORDER BY since;
INSERT INTO private.fingerprints
SELECT CAST(since AS DATE), hash(article_id, place) >> 20, article_id FROM filling, range(28) AS places(place)
ORDER BY since, article_id;
INSERT INTO stories BY NAME
SELECT story_id, 'A title' AS title, since AS first_at, since AS last_at, 2 AS articles, 1 AS sources, 'x' AS method,
       'en' AS language, 2 AS reports, ['paper' || (hash(article_id) % 300) || '.example'] AS outlets, article_id,
       1.0 AS similarity
FROM filling WHERE hash(article_id) % 10 < {stories} ORDER BY since;
INSERT INTO private.story_terms
SELECT CAST(last_at AS DATE), story_id, hash(story_id, place) % 4294967295, 200 + 10 * ({centroid} - place),
       place < {strong}
FROM stories, range({centroid}) AS places(place) WHERE article_id IN (SELECT article_id FROM filling)
ORDER BY last_at, story_id, place;
INSERT INTO private.story_members
SELECT CAST(since AS DATE), article_id, story_id, since, since, since, 'A title of some eight words, as is usual', 'en',
       ['paper' || (hash(article_id) % 300) || '.example'],
       list_transform(range({terms}), place -> hash(article_id, place) % 4294967295)::UINTEGER[],
       list_transform(range({terms}), place -> 200 + 10 * ({terms} - place))::USMALLINT[]
FROM filling ORDER BY since;
DROP TABLE filling;
"""


def fill(writer: Writer, stored: int, per_day: int, news: Iterator[tuple[NewText, str]]) -> None:
    """Fill a warehouse with so many articles: invented numbers, and real texts for the last days."""
    real = min(stored, DAYS * per_day)
    if stored > real:
        step = 86_400e6 / per_day
        start = START - timedelta(microseconds=step * (stored - real))
        with writer.transaction() as connection:
            connection.execute(
                FILL.format(
                    start=start.isoformat(),
                    step=step,
                    many=stored - real,
                    stories=5,
                    terms=TERMS,
                    strong=STRONG_TERMS,
                    centroid=CENTROID_TERMS,
                )
            )
    for _ in range(0, real, 1000):
        load(writer, list(islice(news, 1000)))
    with writer.transaction() as connection:  # as every night
        close_quiet_stories(connection, START + timedelta(days=real / per_day))
    writer.connection.execute("CHECKPOINT")


def bytes_each(writer: Writer) -> dict[str, float]:
    """The bytes on disk per article of each table, by its blocks."""
    articles = writer.connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0]
    block = writer.connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0]
    sizes = {}
    for table in TABLES:
        blocks = writer.connection.execute(
            f"SELECT count(DISTINCT block_id) FROM pragma_storage_info('{table}') WHERE block_id >= 0"
        ).fetchall()[0][0]
        sizes[table] = blocks * block / articles
    return sizes


def windowless(writer: Writer) -> float:
    """The peer: CPU seconds to find who shares fingerprints with a thousand articles among all stored ones."""
    start = time.process_time()
    writer.connection.execute(
        """
        SELECT count(*) FROM private.fingerprints WHERE hash IN (
            SELECT hash FROM private.fingerprints WHERE article_id IN (
                SELECT article_id FROM private.indexed_articles ORDER BY day DESC LIMIT 1000))
        """
    ).fetchall()
    return time.process_time() - start


def main() -> None:
    """Print a row for each size, the ratio of the last to the first, and an estimate for a billion articles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--per-day", type=int, default=800, help="with 800, 10,000 articles are about the days of the window"
    )
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'stored':>9} {'per 1,000 new':>14} {'without window':>15}   bytes per article")
    costs = []
    sizes: dict[str, float] = {}
    for stored in args.stored:
        news = (new_text(article, number) for number, article in enumerate(News(3, args.per_day)))
        with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "benchmark") as writer:
            fill(writer, stored, args.per_day, news)
            load(writer, list(islice(news, 1000)))  # warm
            sizes = bytes_each(writer)
            seconds = [load(writer, list(islice(news, 1000))) for _ in range(args.rounds)]
            costs.append(min(seconds))
            split = ", ".join(f"{table.removeprefix('private.')} {size:.0f}" for table, size in sizes.items())
            print(
                f"{stored:9} {1000 * min(seconds):10.0f} ms  {1000 * windowless(writer):11.0f} ms   "
                f"{sum(sizes.values()):.0f}: {split}   (median {1000 * statistics.median(seconds):.0f} ms)",
                flush=True,
            )
    print(f"from first to last: {costs[-1] / costs[0]:.2f} times")
    whole = sum(sizes.values())
    days = 1e6 * costs[-1] / 86_400
    print(f"a billion articles: {whole:.0f} bytes each are {whole / 1000:.2f} TB of index,")
    print(f"  at {costs[-1]:.2f} s per 1,000 they take {days:.1f} days of one process, whatever is stored;")
    window = 15 * 200_000
    print(
        f"  at 200,000 articles a day the 15 days of a window have {window * 28 / 1e6:.0f} million fingerprints to scan"
    )


if __name__ == "__main__":
    main()
