-- Which source takes reports from which other, how often, and how long after?
CREATE OR REPLACE VIEW syndication_edges AS
WITH places AS MATERIALIZED (
    SELECT article_id, original_id, source, published_at, published_precision IN ('second', 'minute') AS has_time, kind
    FROM appearances
)
SELECT
    origin.source AS original_source, later.source,
    count(*) AS articles,
    count(*) FILTER (later.kind = 'copy') AS copies,
    count(*) FILTER (later.kind = 'derived') AS derived,
    to_microseconds(CAST(
        median(epoch_us(later.published_at) - epoch_us(origin.published_at)) FILTER (later.has_time AND origin.has_time)
        AS BIGINT)) AS median_lag,
    min(later.published_at) AS first_at,
    max(later.published_at) AS last_at
FROM places AS later
JOIN places AS origin ON origin.article_id = later.original_id
WHERE later.kind IS NOT NULL AND origin.kind IS NULL AND later.source <> origin.source
GROUP BY origin.source, later.source;
COMMENT ON VIEW syndication_edges IS 'Per pair of sources: number of reports of original_source that source has as well (copies and derived ones), and the median time after which it had them (where both state the time of day).';
COMMENT ON COLUMN syndication_edges.original_source IS 'The source that had the reports first.';
COMMENT ON COLUMN syndication_edges.copies IS 'Number of articles that are unchanged or nearly so.';
COMMENT ON COLUMN syndication_edges.derived IS 'Number of articles that were cut, extended or reworked.';
COMMENT ON COLUMN syndication_edges.median_lag IS 'Median time after which source had them; empty where times of day are unknown.';
COMMENT ON COLUMN syndication_edges.source IS 'The source that has them as well.';
COMMENT ON COLUMN syndication_edges.articles IS 'Number of articles of source that go back to reports of original_source.';
COMMENT ON COLUMN syndication_edges.first_at IS 'When source had the first of them, UTC.';
COMMENT ON COLUMN syndication_edges.last_at IS 'When source had the last of them, UTC.';
