-- How much did each source publish on each day, and what share of all articles was that? Days without articles are included,
-- from the first day of a source (at most ten years back: archives have stray dates) to the last day with any articles.
CREATE OR REPLACE VIEW coverage_daily AS
WITH counted AS MATERIALIZED (
    SELECT source, day, count(*) AS articles FROM article_days GROUP BY source, day
),
spans AS (
    SELECT source, greatest(min(day), last_day - 3653) AS first_day, last_day
    FROM counted, (SELECT max(day_of(first_seen_at)) AS last_day FROM article_state)
    GROUP BY source, last_day
),
days AS (
    SELECT source, CAST(unnest(range(first_day, last_day + 1, INTERVAL 1 DAY)) AS DATE) AS day FROM spans
),
filled AS (
    SELECT source, day, coalesce(counted.articles, 0) AS articles
    FROM days
    FULL JOIN counted USING (source, day)
)
SELECT day, source, articles, articles / nullif(sum(articles) OVER (PARTITION BY day), 0) AS share
FROM filled;
COMMENT ON VIEW coverage_daily IS 'Articles per source and day of publication, days without articles included, with the share of all articles of that day.';
COMMENT ON COLUMN coverage_daily.day IS 'Day of publication, UTC.';
COMMENT ON COLUMN coverage_daily.articles IS 'Number of articles of the source on that day, possibly 0.';
COMMENT ON COLUMN coverage_daily.share IS 'Share of all articles of that day, 0 to 1; empty on a day without articles.';
