-- Which tags did each source give its articles, day by day?
CREATE OR REPLACE VIEW tags_daily AS
SELECT day, source, tag, count(*) AS articles
FROM (
    SELECT
        day_of(coalesce(version.published_at, state.first_seen_at)) AS day, state.source,
        unnest(list_distinct(version.tags)) AS tag
    FROM article_state AS state
    JOIN article_versions AS version ON version.doc = state.doc
    WHERE len(version.tags) > 0
)
GROUP BY day, source, tag;
COMMENT ON VIEW tags_daily IS 'Articles per day, source and tag, as the publisher spells it; an article with several tags counts for each.';
COMMENT ON COLUMN tags_daily.day IS 'Day of publication, UTC.';
COMMENT ON COLUMN tags_daily.tag IS 'A tag of the publisher.';
COMMENT ON COLUMN tags_daily.articles IS 'Number of articles that have it.';
