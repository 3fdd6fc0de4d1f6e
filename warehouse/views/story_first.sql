-- Which source had a story first, and how long after it did the others follow?
CREATE OR REPLACE VIEW story_first AS
WITH entered AS (
    -- The first article of each source on the story. Among articles of one day, one that states the time is taken, if there
    -- is any: the source had the story by then, whenever on that day its articles without a time appeared.
    SELECT
        story_id, source, min_by(
            {'url': url, 'title': title, 'published_at': published_at, 'published_precision': published_precision},
            {'day': day_of(published_at), 'untimed': published_precision NOT IN ('second', 'minute'),
             'published_at': published_at, 'seen_at': seen_at, 'article_id': article_id}
        ) AS article
    FROM appearances
    WHERE story_id IN (SELECT story_id FROM stories WHERE sources > 1)
    GROUP BY story_id, source
), first_articles AS (
    SELECT
        story_id, source, article.url, article.title, article.published_at, article.published_precision,
        article.published_precision IN ('second', 'minute') AS has_time
    FROM entered
), ranked AS (
    SELECT
        *,
        row_number() OVER place AS position,
        first_value(source) OVER place AS first_source,
        first_value(published_at) OVER place AS first_at,
        first_value(has_time) OVER place AS first_has_time,
        first_value(published_precision) OVER place AS first_precision,
        count(*) OVER (PARTITION BY story_id) AS sources
    FROM first_articles
    WINDOW place AS (
        PARTITION BY story_id
        ORDER BY day_of(published_at), NOT has_time, published_at,
                 list_position(['second', 'minute', 'day', 'seen'], published_precision), source
    )
)
SELECT
    story_id, position, source, url, title, published_at, published_precision, first_source,
    CASE WHEN position > 1 AND has_time AND first_has_time THEN time_between(first_at, published_at) END AS lag,
    -- Times that are equal, as precisely as both are known, do not tell who was first.
    position = 1 OR CASE
        WHEN NOT (has_time AND first_has_time) THEN day_of(published_at) = day_of(first_at)
        WHEN 'minute' IN (published_precision, first_precision)
            THEN date_trunc('minute', published_at) = date_trunc('minute', first_at)
        ELSE published_at = first_at
    END AS may_be_first,
    sources
FROM ranked
WHERE sources > 1;
COMMENT ON VIEW story_first IS 'One row per story and source, for stories with several sources: the first article of the source on the story, its position (1 was first), and how long after the first it appeared.';
COMMENT ON COLUMN story_first.position IS '1 for the source that had the story first according to the stated times; on the same day, articles with a time of day come before those without.';
COMMENT ON COLUMN story_first.first_source IS 'The source that had the story first.';
COMMENT ON COLUMN story_first.lag IS 'How long after the first; empty for the first, and where one of the two does not state the time of day.';
COMMENT ON COLUMN story_first.may_be_first IS 'Whether the source may have been first: it was, or it had the story at the same time, or on the same day where one of the two does not state the time of day.';
COMMENT ON COLUMN story_first.sources IS 'Number of sources of the story.';
COMMENT ON COLUMN story_first.url IS 'URL of its first article on the story.';
COMMENT ON COLUMN story_first.title IS 'Headline of that article.';
COMMENT ON COLUMN story_first.published_at IS 'When that article was published, UTC; when it was seen, where the publisher states no time.';
COMMENT ON COLUMN story_first.published_precision IS 'Precision of published_at: second, minute, day (midnight UTC then stands for the whole day), or seen (the time of first sight).';
