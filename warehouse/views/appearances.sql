-- Where did each report appear, and where first? An article is one appearance; its unchanged text at another source is a
-- further one (both are one row of `articles`; `aliases` has the other URL).
CREATE OR REPLACE VIEW appearances AS
WITH others AS MATERIALIZED (
    SELECT
        state.doc, state.article_id, coalesce(state.duplicate_of, state.article_id) AS original_id, state.story_id,
        state.duplicate_kind, state.similarity, other.source, other.place
    FROM (
        -- The first, for a source that has the text at several URLs.
        SELECT article_id, source, min_by(
            {'url': url, 'title': title, 'published_at': published_at, 'published_precision': published_precision,
             'seen_at': seen_at},
            {'published_at': published_at, 'seen_at': seen_at, 'url': url}
        ) AS place
        FROM aliases WHERE kind = 'same_text' GROUP BY article_id, source
    ) AS other
    JOIN article_state AS state ON state.article_id = other.article_id AND state.source <> other.source
), redated AS MATERIALIZED (
    -- Where an edit gave a report a later time, it was published at the first one, which decides who was first.
    SELECT doc, published_at, precision
    FROM (
        SELECT
            state.doc, publication_time(version.published_at, state.first_seen_at) AS published_at,
            publication_precision(version.published_at, version.published_precision, state.first_seen_at) AS precision
        FROM article_versions AS version
        JOIN (SELECT article_id, doc, first_seen_at FROM article_state WHERE versions > 1) AS state
            USING (article_id)
    )
    QUALIFY row_number() OVER (
        PARTITION BY doc
        ORDER BY day_of(published_at), precision NOT IN ('second', 'minute'), published_at,
                 list_position(['second', 'minute', 'day', 'seen'], precision)
    ) = 1
), dated_articles AS (
    SELECT
        state.doc, state.article_id, coalesce(state.duplicate_of, state.article_id) AS original_id, state.story_id,
        state.duplicate_kind, state.similarity, state.source, state.url, version.title,
        coalesce(redated.published_at, publication_time(version.published_at, state.first_seen_at)) AS published_at,
        coalesce(
            redated.precision,
            publication_precision(version.published_at, version.published_precision, state.first_seen_at)
        ) AS published_precision,
        state.first_seen_at AS seen_at
    FROM article_state AS state
    JOIN article_versions AS version ON version.doc = state.doc
    LEFT JOIN redated ON redated.doc = state.doc
), several AS (
    -- Where several sources have the same text, one of them was first.
    SELECT
        *, row_number() OVER (
            PARTITION BY doc
            ORDER BY day_of(published_at), published_precision NOT IN ('second', 'minute'),
                     CASE published_precision WHEN 'seen' THEN NULL ELSE published_at END,
                     list_position(['second', 'minute', 'day', 'seen'], published_precision),
                     epoch_ms(seen_at) // (6 * 3600 * 1000), url  -- first sight counts as in flows/dedup/copies/originals.py
        ) > 1 AS again
    FROM (
        SELECT * FROM dated_articles WHERE doc IN (SELECT doc FROM others)
        UNION ALL
        SELECT
            doc, article_id, original_id, story_id, duplicate_kind, similarity, source, place.url, place.title,
            publication_time(place.published_at, place.seen_at),
            publication_precision(place.published_at, place.published_precision, place.seen_at), place.seen_at
        FROM others
    )
)
SELECT
    article_id, original_id, story_id, source, url, title, published_at, published_precision, seen_at,
    CASE WHEN again THEN 'copy' ELSE duplicate_kind END AS kind,
    CASE WHEN again THEN 1 ELSE similarity END AS similarity
FROM (
    SELECT *, false AS again FROM dated_articles WHERE doc NOT IN (SELECT doc FROM others)
    UNION ALL
    FROM several
);
COMMENT ON VIEW appearances IS 'One row per article, and one per further source with its unchanged text. kind is empty where a report appeared first, else copy or derived; original_id is the article that it goes back to; published_at is when it was seen where the publisher states no time (published_precision: seen).';
COMMENT ON COLUMN appearances.article_id IS 'The article; appearances of the same unchanged text share it.';
COMMENT ON COLUMN appearances.original_id IS 'The article that the report goes back to; the article itself where it appeared first.';
COMMENT ON COLUMN appearances.source IS 'The source where it appeared.';
COMMENT ON COLUMN appearances.url IS 'Its URL there.';
COMMENT ON COLUMN appearances.title IS 'Its headline there.';
COMMENT ON COLUMN appearances.published_at IS 'When it was published there, UTC: the first time that the publisher stated; when it was seen, where there is none or it is in the future.';
COMMENT ON COLUMN appearances.published_precision IS 'Precision of published_at: second, minute, day (midnight UTC then stands for the whole day), or seen (it is seen_at).';
COMMENT ON COLUMN appearances.seen_at IS 'When it was first seen there, UTC.';
COMMENT ON COLUMN appearances.kind IS 'copy or derived; empty where the report appeared first.';
COMMENT ON COLUMN appearances.similarity IS 'Share of the shorter text that is in the earlier one, 0 to 1; 1 for an unchanged text.';
