-- Where did each report stand, and where was it first? An article is one appearance; its text, unchanged, at another
-- source is one more (in `articles` both are one row, in `aliases` there is the other address).
CREATE OR REPLACE VIEW appearances AS
WITH articles_told AS (
    SELECT
        state.doc, state.article_id, coalesce(state.duplicate_of, state.article_id) AS original_id, state.story_id,
        state.source, state.url, version.title, version.published_at, version.published_precision,
        state.first_seen_at AS seen_at, state.duplicate_kind, state.similarity
    FROM article_state AS state
    JOIN article_versions AS version ON version.doc = state.doc
), others AS (
    SELECT
        state.doc, state.article_id, coalesce(state.duplicate_of, state.article_id) AS original_id, state.story_id,
        other.source, other.url, other.title, other.published_at, other.published_precision,
        other.seen_at, state.duplicate_kind, state.similarity
    FROM (
        SELECT DISTINCT ON (article_id, source) *
        FROM aliases WHERE kind = 'same_text' ORDER BY article_id, source, published_at, seen_at, url
    ) AS other
    JOIN article_state AS state ON state.article_id = other.article_id AND state.source <> other.source
), places AS (
    -- `several`: a text that stands in more places than one, of which one was first.
    SELECT *, doc IN (SELECT doc FROM others) AS several, false AS elsewhere FROM articles_told
    UNION ALL
    SELECT *, true, true FROM others
), timed AS (
    SELECT
        * REPLACE (
            CASE WHEN published_at <= seen_at + INTERVAL 1 DAY THEN published_at ELSE seen_at END AS published_at,
            CASE WHEN published_at <= seen_at + INTERVAL 1 DAY THEN coalesce(published_precision, 'day')
                 ELSE 'seen' END AS published_precision
        )
    FROM places
), ranked AS (
    SELECT *, false AS again FROM timed WHERE NOT several
    UNION ALL
    SELECT
        *, row_number() OVER (
            PARTITION BY doc
            ORDER BY day_of(published_at), published_precision NOT IN ('second', 'minute'), published_at,
                     list_position(['second', 'minute', 'day', 'seen'], published_precision), seen_at, elsewhere, url
        ) > 1
    FROM timed WHERE several
)
SELECT
    article_id, original_id, story_id, source, url, title, published_at, published_precision, seen_at,
    CASE WHEN again THEN 'copy' ELSE duplicate_kind END AS kind,
    CASE WHEN again THEN 1 ELSE similarity END AS similarity
FROM ranked;
COMMENT ON VIEW appearances IS 'One row per article, and one per other source that has its text unchanged. kind is empty where a report stood first, else copy or derived; original_id is the article that the report goes back to; published_at is when it was seen where the publisher does not say (published_precision: seen).';
