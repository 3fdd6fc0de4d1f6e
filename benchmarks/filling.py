"""A warehouse filled with made-up articles in bulk: the same rows as loading them would give, without an archive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
from generated import article_chunks

from flows.identifiers import digest
from flows.pipeline.rows import BATCH, LINKS, LISTINGS
from warehouse.loading.load import Batch

if TYPE_CHECKING:
    from warehouse import Writer

SEGMENT = 1000
EDITED = 0.05
REPEATED = 15  # per cent of the articles that repeat one of the 500 before them; as many stand elsewhere unchanged
ALONE = 70  # per cent of the articles that are a story of their own; the others come three or four to a story
BEGIN = "TIMESTAMPTZ '2024-01-01 00:00:00+00'"

ROWS = f"""
CREATE OR REPLACE TEMP TABLE made AS
SELECT
    number, 'source-' || source_number AS source, title, description, text, word_count, chance, author,
    'https://www.source-' || source_number || '.example/news/2024/' || replace(title, ' ', '-') || '-' || number
        || '.html' AS url,
    {BEGIN} + to_microseconds(CAST(days * 86400e6 AS BIGINT)) AS made_at,
    CAST(md5('a' || number) AS UUID) AS article_id, CAST(md5('v' || number) AS UUID) AS version_id,
    '20240101000000-abcdef012345-' || lpad(CAST(number // {SEGMENT} AS VARCHAR), 5, '0') AS segment,
    (number % {SEGMENT}) * 40000 + hash(number) % 30000 AS warc_offset, chance < {EDITED} AS edited,
    number - 1 - hash(number) % 500 AS earlier,
    hash(number, 1) % 100 < {REPEATED} AND earlier >= 0 AND hash(earlier, 1) % 100 >= {REPEATED} AS repeats,
    CASE WHEN hash(number, 2) % 3 < 2 THEN 'copy' ELSE 'derived' END AS kind,
    CAST((CASE WHEN kind = 'copy' THEN 0.8 ELSE 0.3 END) + chance / 5 AS FLOAT) AS similarity,
    CASE WHEN hash(number, 5) % 100 < {ALONE} THEN number ELSE -(number // 12) - 1 END AS story_number,
    CAST(md5('s' || story_number) AS UUID) AS story_id
FROM chunk
"""
VERSIONS = """
INSERT INTO article_versions BY NAME
SELECT
    CASE WHEN second THEN CAST(md5('w' || number) AS UUID) ELSE version_id END AS version_id, article_id,
    made_at + CASE WHEN second THEN INTERVAL 7 HOURS ELSE INTERVAL 1 HOUR END AS seen_at,
    CASE WHEN second THEN 'both' ELSE 'first' END AS change,
    title || CASE WHEN second THEN ' update' ELSE '' END AS title,
    ['Author ' || author] AS authors, made_at AS published_at, 'second' AS published_precision,
    CASE WHEN chance < 0.3 THEN made_at + INTERVAL 2 HOURS END AS modified_at,
    ['en', 'de', 'es', 'fr'][1 + CAST(hash(source) % 4 AS INTEGER)] AS language,
    'Section ' || hash(number) % 12 AS section,
    ['tag ' || hash(number) % 3000, 'tag ' || (author * 7) % 3000] AS tags, url || '/image.jpg' AS image_url,
    description, chance < 0.9 AS is_free,
    '{"title": "json-ld", "published_at": "json-ld", "authors": "meta"}' AS provenance,
    text || CASE WHEN second THEN chr(10) || description ELSE '' END AS text, CAST(word_count AS INTEGER) AS word_count,
    CAST(md5('t' || number || second) AS UUID) AS text_hash, 'generated' AS extractor, segment, warc_offset,
    CASE WHEN second THEN 20 END AS words_added, CASE WHEN second THEN 0 END AS words_removed,
    CASE WHEN second THEN '… {+' || description || '+}' END AS diff,
    (SELECT coalesce(max(doc) + 1, 0) FROM article_versions) + row_number() OVER (ORDER BY number, second) - 1 AS doc
FROM (SELECT *, false AS second FROM made UNION ALL SELECT *, true FROM made WHERE edited)
ORDER BY doc
"""
STATE = """
INSERT INTO article_state BY NAME
SELECT
    article_id, url, source, arg_max(version.version_id, version.doc) AS version_id, count(*) AS versions,
    min(version.seen_at) AS first_seen_at, made_at + INTERVAL 70 HOURS AS last_seen_at,
    CAST(md5('h' || number) AS UUID) AS title_hash, CAST(md5('b' || number) AS UUID) AS body_hash, url AS fetch_url,
    hash(url) AS fetch_key, '"' || md5(CAST(number AS VARCHAR)) || '"' AS etag,
    strftime(made_at, '%a, %d %b %Y %H:%M:%S GMT') AS last_modified, max(version.doc) AS doc,
    CASE WHEN repeats THEN CAST(md5('a' || earlier) AS UUID) END AS duplicate_of,
    CASE WHEN repeats THEN kind END AS duplicate_kind, CASE WHEN repeats THEN similarity END AS similarity, story_id
FROM made
JOIN (SELECT * FROM article_versions WHERE doc >= $first) AS version USING (article_id)
GROUP BY ALL
ORDER BY doc
"""
DUPLICATES = (
    """INSERT INTO duplicates BY NAME
    SELECT article_id, CAST(md5('a' || earlier) AS UUID) AS original_id, kind, similarity, 400 AS shared, 450 AS size,
           500 AS original_size, day_of(made_at) AS day, day_of(made_at) AS original_day, 'generated' AS method
    FROM made WHERE repeats ORDER BY day, article_id""",
    f"""INSERT INTO aliases BY NAME
    SELECT url || '?elsewhere' AS url, article_id, 'source-' || hash(number, 3) % 500 AS source, 'same_text' AS kind,
           title, made_at + INTERVAL 3 HOURS AS seen_at, segment, made_at + INTERVAL 2 HOURS AS published_at,
           'second' AS published_precision
    FROM made WHERE hash(number, 4) % 100 < {REPEATED} ORDER BY seen_at""",
    """INSERT INTO stories BY NAME
    SELECT story_id, any_value(title) AS title, min(made_at) AS first_at, max(made_at) AS last_at,
           count(*) AS articles, count(DISTINCT source) AS sources, 'generated' AS method, 'en' AS language,
           count(*) AS reports, list(DISTINCT source) AS outlets, any_value(article_id) AS article_id,
           0.5 AS similarity, max(made_at) + INTERVAL 3 DAYS AS closed_at
    FROM made GROUP BY story_id ORDER BY last_at""",
)
FETCHES = """
INSERT INTO fetches BY NAME
SELECT segment, 'abcdef012345' AS run_id, source, 'page' AS kind, url, 200 AS status, 'loaded' AS outcome, article_id,
       50000 + hash(number) % 200000 AS bytes, 100 + hash(number) % 900 AS ms, made_at + INTERVAL 1 HOUR AS fetched_at,
       warc_offset
FROM made ORDER BY number
"""
REST = (
    "INSERT INTO private.known_urls SELECT hash(url), made_at FROM made",
    """INSERT INTO segments BY NAME
    SELECT segment, 'abcdef012345' AS run_id, max(made_at) AS loaded_at, count(*) AS fetches, 'generated' AS extractor
    FROM made GROUP BY ALL""",
    r"""INSERT INTO headline_words
    SELECT day, word, count(*) FROM (
        SELECT day_of(made_at) AS day,
               unnest(list_distinct(regexp_extract_all(lower(title), '[\p{L}\p{M}\p{N}]+'))) AS word FROM made)
    WHERE length(word) >= 3 GROUP BY ALL""",
    """INSERT INTO sources BY NAME
    SELECT DISTINCT source, [] AS feeds, [] AS sitemaps, [] AS sections, []::DOUBLE[] AS recheck_hours, true AS active,
           now() AS first_seen_at, now() AS changed_at
    FROM made WHERE source NOT IN (SELECT source FROM sources)""",
)


def fill(writer: Writer, articles: int) -> None:
    """Enter so many articles, one in twenty with a second version."""
    connection = writer.connection
    for chunk in article_chunks(articles):
        first = connection.execute("SELECT coalesce(max(doc) + 1, 0) FROM article_versions").fetchall()[0][0]
        connection.register("chunk", chunk)
        connection.execute(ROWS)
        connection.unregister("chunk")
        with writer.transaction():
            connection.execute(VERSIONS)
            connection.execute(STATE, {"first": first})
            for statement in (FETCHES, *DUPLICATES, *REST):
                connection.execute(statement)


def segment_of(number: int, first: int) -> Batch:
    """A segment of new articles, as loading takes it; `number` makes its texts different from others'."""
    rows = []
    name = f"bench-{number:05d}"
    (chunk,) = article_chunks(SEGMENT, seed=1000 + number, first=first, days=1)
    for row in chunk.to_pylist():
        url = f"https://www.source-{row['source_number']}.example/news/2026/bench-{number}-{row['number']}.html"
        when = pa.scalar(1767225600_000000 + int(row["days"] * 1e6), pa.timestamp("us", "UTC")).as_py()
        key = digest(url).int >> 64
        rows.append(
            {
                "row_number": len(rows), "segment": name, "run_id": "bench", "source": f"source-{row['source_number']}",
                "kind": "page", "url": url, "url_key": key, "status": 200, "outcome": "loaded", "answered": True,
                "bytes": 100_000, "ms": 300, "fetched_at": when, "warc_offset": len(rows) * 40_000,
                "etag": f'"{row["number"]}"', "extractor": "generated", "article_id": digest(url).bytes,
                "version_id": digest(url, "v").bytes, "change": "first", "article_url": url, "article_key": key,
                "title": row["title"], "authors": [f"Author {row['author']}"], "published_at": when,
                "published_precision": "second", "language": "en", "section": "News", "tags": ["tag"],
                "description": row["description"], "is_free": True, "text": row["text"],
                "word_count": row["word_count"], "provenance": json.dumps({"title": "json-ld"}),
                "text_hash": digest(url, "t").bytes, "title_hash": digest(url, "h").bytes,
                "body_hash": digest(url, "b").bytes,
            }
        )  # fmt: skip
    return Batch(pa.Table.from_pylist(rows, schema=BATCH), LINKS.empty_table(), LISTINGS.empty_table())
