-- Who takes reports from whom, how often, and how long after?
CREATE OR REPLACE VIEW syndication_edges AS
WITH taken AS MATERIALIZED (
    SELECT original_id, source, published_at, published_precision, kind FROM appearances WHERE kind IS NOT NULL
), origin AS (
    SELECT article_id AS original_id, source, published_at, published_precision
    FROM appearances WHERE kind IS NULL
)
SELECT
    origin.source AS original_source, later.source,
    count(*) AS articles,
    count(*) FILTER (later.kind = 'copy') AS copies,
    count(*) FILTER (later.kind = 'derived') AS derived,
    median(later.published_at - origin.published_at) FILTER (
        later.published_precision IN ('second', 'minute') AND origin.published_precision IN ('second', 'minute')
    ) AS median_lag,
    min(later.published_at) AS first_at,
    max(later.published_at) AS last_at
FROM taken AS later
JOIN origin ON origin.original_id = later.original_id
WHERE later.source <> origin.source
GROUP BY origin.source, later.source;
COMMENT ON VIEW syndication_edges IS 'Per pair of sources: how many reports of original_source stand at source too (copies and derived ones), and how long after, half of them within median_lag (where both say the time of day).';
COMMENT ON COLUMN syndication_edges.original_source IS 'The source that had the reports first.';
COMMENT ON COLUMN syndication_edges.copies IS 'How many of them stand at source as they were, or nearly.';
COMMENT ON COLUMN syndication_edges.derived IS 'How many of them stand there cut, extended or reworked.';
COMMENT ON COLUMN syndication_edges.median_lag IS 'How much later half of them stood there; empty where the times of day are not known.';
