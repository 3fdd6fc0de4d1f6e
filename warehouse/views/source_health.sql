-- Which sources need attention? As of the last request in the warehouse, not as of now: a copy that is opened weeks later
-- gives the same answer.
CREATE OR REPLACE VIEW source_health AS
WITH as_of AS MATERIALIZED (
    SELECT max(fetched_at) AS moment, day_of(max(fetched_at)) - 1 AS last_day FROM fetches
),
recent AS MATERIALIZED (
    SELECT state.source, state.first_seen_at, version.published_at, version.authors, version.word_count
    FROM article_state AS state
    JOIN article_versions AS version ON version.doc = state.doc
    WHERE state.first_seen_at >= (SELECT moment - INTERVAL 1344 HOURS FROM as_of)
),
gaps AS (
    SELECT source, max(hours) AS longest_silence_hours
    FROM (
        SELECT
            source,
            epoch(time_between(lag(first_seen_at) OVER (PARTITION BY source ORDER BY first_seen_at), first_seen_at)) / 3600
                AS hours
        FROM recent
    )
    GROUP BY source
),
seen AS (
    SELECT source, max(first_seen_at) AS last_article_at, min(day_of(first_seen_at)) AS first_day
    FROM article_state GROUP BY source
),
daily AS MATERIALIZED (
    SELECT source, day_of(first_seen_at) AS day, count(*) AS articles
    FROM article_state
    WHERE first_seen_at >= (SELECT last_day - 57 FROM as_of)
    GROUP BY source, day
),
same_days AS (  -- the same weekday in the eight weeks before
    SELECT seen.source, seen.first_day, as_of.last_day - CAST(7 * unnest(range(1, 9)) AS INTEGER) AS day
    FROM seen, as_of
),
weekdays AS (  -- 0 where there was nothing
    SELECT source, avg(coalesce(daily.articles, 0)) AS mean, stddev_samp(coalesce(daily.articles, 0)) AS sigma,
           -- Eight days that happen to be equal have no spread, but chance does: the square root of the mean, if articles
           -- are independent of each other (Poisson). A difference of one article is no change either.
           CASE WHEN count(*) > 1 THEN greatest(sigma, sqrt(mean), 1) END AS spread
    FROM same_days
    LEFT JOIN daily USING (source, day)
    WHERE day >= first_day
    GROUP BY source
),
errors AS (
    SELECT source, count(*) AS requests, count(*) FILTER (outcome = 'failed') / count(*) AS share
    FROM fetches
    WHERE fetched_at >= (SELECT moment - INTERVAL 168 HOURS FROM as_of) AND outcome <> 'skipped' AND kind <> 'record'
    GROUP BY source
),
fields AS (
    SELECT
        source,
        count(*) FILTER (is_late) AS articles_7d,
        count(*) FILTER (is_late AND published_at IS NULL) / nullif(count(*) FILTER (is_late), 0) AS no_date,
        count(*) FILTER (is_late AND len(authors) = 0) / nullif(count(*) FILTER (is_late), 0) AS no_author,
        median(word_count) FILTER (is_late) AS words,
        median(word_count) FILTER (NOT is_late) AS words_before
    FROM (SELECT *, first_seen_at >= (SELECT moment - INTERVAL 168 HOURS FROM as_of) AS is_late FROM recent)
    GROUP BY source
),
named AS (
    SELECT source, active FROM sources
    UNION ALL
    SELECT source, false FROM seen WHERE source NOT IN (SELECT source FROM sources)
)
SELECT
    named.source, named.active, as_of.moment AS as_of, seen.last_article_at,
    round(epoch(time_between(seen.last_article_at, as_of.moment)) / 3600, 1) AS silent_hours,
    round(gaps.longest_silence_hours, 1) AS longest_silence_hours,
    coalesce(epoch(time_between(seen.last_article_at, as_of.moment)) / 3600 > greatest(24, gaps.longest_silence_hours), true)
        AS is_silent,
    as_of.last_day, coalesce(daily.articles, 0) AS articles_last_day,
    round(weekdays.mean, 2) AS weekday_mean, round(weekdays.sigma, 2) AS weekday_sigma,
    CASE WHEN coalesce(daily.articles, 0) < weekdays.mean - 2 * weekdays.spread THEN 'low'
         WHEN coalesce(daily.articles, 0) > weekdays.mean + 2 * weekdays.spread THEN 'high' END AS unusual_volume,
    coalesce(errors.requests, 0) AS requests_7d, errors.share AS error_rate_7d,
    coalesce(fields.articles_7d, 0) AS articles_7d,
    fields.no_date AS missing_dates_7d, fields.no_author AS missing_authors_7d,
    fields.words AS median_words_7d, fields.words_before AS median_words_before,
    round(fields.words / nullif(fields.words_before, 0) - 1, 3) AS length_drift
FROM named
CROSS JOIN as_of
LEFT JOIN seen USING (source)
LEFT JOIN gaps USING (source)
LEFT JOIN daily ON daily.source = named.source AND daily.day = as_of.last_day
LEFT JOIN weekdays ON weekdays.source = named.source
LEFT JOIN errors ON errors.source = named.source
LEFT JOIN fields ON fields.source = named.source;
COMMENT ON VIEW source_health IS 'One row per source: whether it is silent, its volume is unusual, its requests fail, and its articles lack fields or have changed in length.';
COMMENT ON COLUMN source_health.as_of IS 'The last request in the warehouse, UTC; all columns are as of this time.';
COMMENT ON COLUMN source_health.last_article_at IS 'When a new article of the source was last seen, UTC; empty if there is none.';
COMMENT ON COLUMN source_health.silent_hours IS 'Hours from last_article_at to as_of.';
COMMENT ON COLUMN source_health.longest_silence_hours IS 'The longest time between two new articles within the 56 days before as_of, in hours.';
COMMENT ON COLUMN source_health.is_silent IS 'Whether it has been silent for more than a day and for longer than ever in those 56 days, or never had an article.';
COMMENT ON COLUMN source_health.last_day IS 'The last full day before as_of, UTC.';
COMMENT ON COLUMN source_health.articles_last_day IS 'Number of articles first seen on that day.';
COMMENT ON COLUMN source_health.weekday_mean IS 'Mean of the same weekday in the eight weeks before (since its first article).';
COMMENT ON COLUMN source_health.weekday_sigma IS 'Their sample standard deviation; empty where there is only one day.';
COMMENT ON COLUMN source_health.unusual_volume IS 'low or high where articles_last_day differs from the mean by more than two sigma and by more than twice the square root of the mean (the effect of chance alone), else empty.';
COMMENT ON COLUMN source_health.requests_7d IS 'Number of requests in the seven days before as_of, including listings, without skipped ones.';
COMMENT ON COLUMN source_health.error_rate_7d IS 'Share of failed requests, 0 to 1.';
COMMENT ON COLUMN source_health.articles_7d IS 'Number of articles first seen in those seven days.';
COMMENT ON COLUMN source_health.missing_dates_7d IS 'Share of those articles without a time of publication, 0 to 1.';
COMMENT ON COLUMN source_health.missing_authors_7d IS 'Share of those articles without an author, 0 to 1.';
COMMENT ON COLUMN source_health.median_words_7d IS 'Median length of those articles in words.';
COMMENT ON COLUMN source_health.median_words_before IS 'Median length of the articles of the 49 days before.';
COMMENT ON COLUMN source_health.length_drift IS 'Change of median_words_7d relative to median_words_before: -0.5 is half as long, 0 the same.';
