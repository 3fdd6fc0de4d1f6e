-- At which hours does each source publish?
CREATE OR REPLACE VIEW publication_hours AS
SELECT source, hour, articles, articles / sum(articles) OVER (PARTITION BY source) AS share
FROM (
    SELECT state.source, count(*) AS articles, CAST(
        (epoch_us(version.published_at) // 60000000 + coalesce(version.published_utc_offset, 0)) // 60 % 24 AS INTEGER
    ) AS hour
    FROM article_state AS state
    JOIN article_versions AS version ON version.doc = state.doc
    WHERE version.published_precision IN ('second', 'minute')
    GROUP BY ALL
);
COMMENT ON VIEW publication_hours IS 'Articles per source and hour of publication, where the publisher states the time and not only the day.';
COMMENT ON COLUMN publication_hours.hour IS 'Hour of the day, 0 to 23: of the page''s own clock, where it states its offset from UTC, else in UTC.';
COMMENT ON COLUMN publication_hours.articles IS 'Number of articles published in that hour.';
COMMENT ON COLUMN publication_hours.share IS 'Share of the articles of the source whose time is known, 0 to 1.';
