-- Who had a story first, and how far ahead?
CREATE OR REPLACE VIEW story_first AS
WITH entered AS (
    -- Each source with its first article on the story.
    SELECT DISTINCT ON (story_id, source)
        story_id, source, url, title, published_at, published_precision, seen_at, article_id
    FROM appearances
    WHERE story_id IS NOT NULL
    ORDER BY story_id, source, published_at, seen_at, article_id
), ranked AS (
    SELECT
        *,
        row_number() OVER place AS position,
        lead(source) OVER place AS next_source,
        lead(published_at) OVER place AS next_at,
        lead(published_precision) OVER place AS next_precision,
        count(*) OVER (PARTITION BY story_id) AS sources
    FROM entered
    WINDOW place AS (
        PARTITION BY story_id
        ORDER BY CAST(published_at AS DATE), published_precision NOT IN ('second', 'minute'), published_at,
                 list_position(['second', 'minute', 'day', 'seen'], published_precision), seen_at, article_id
    )
)
SELECT
    story_id, source, url, title, published_at, published_precision, next_source,
    CASE WHEN published_precision IN ('second', 'minute') AND next_precision IN ('second', 'minute')
         THEN next_at - published_at END AS ahead,
    sources
FROM ranked
WHERE position = 1 AND sources > 1;
COMMENT ON VIEW story_first IS 'One row per story that several sources tell: the source that had it first, with the article, who came next, and how much later (where both say the time of day).';
COMMENT ON COLUMN story_first.next_source IS 'The source that had the story next.';
COMMENT ON COLUMN story_first.ahead IS 'How much later that was; empty where one of the two does not say the time of day.';
