-- How much of each source is behind a paywall? Pages that only have a stub are rejected, not loaded; both are counted.
CREATE OR REPLACE VIEW paywall_share AS
WITH pages AS (
    SELECT source, CAST(date_trunc('month', day) AS DATE) AS month, is_free, false AS stub FROM article_days
    UNION ALL
    SELECT source, CAST(date_trunc('month', day_of(rejected_at)) AS DATE), NULL, true
    FROM (SELECT DISTINCT ON (url) * FROM rejections WHERE reason = 'paywall' ORDER BY url, rejected_at)
)
SELECT
    source, month,
    count(*) AS pages,
    count(*) FILTER (stub) AS stubs,
    count(*) FILTER (NOT is_free) AS declared_paid,
    count(*) FILTER (is_free) AS declared_free,
    count(*) FILTER (stub OR NOT is_free) / count(*) AS share
FROM pages
GROUP BY source, month;
COMMENT ON VIEW paywall_share IS 'Per source and month: pages that can only be read by paying.';
COMMENT ON COLUMN paywall_share.month IS 'First day of the month of publication (for stubs, of the fetch), UTC.';
COMMENT ON COLUMN paywall_share.pages IS 'Number of articles and of pages with only a stub.';
COMMENT ON COLUMN paywall_share.stubs IS 'Number of URLs that were rejected as paywall stubs.';
COMMENT ON COLUMN paywall_share.declared_paid IS 'Number of articles that the publisher declares as not free, although their text was available.';
COMMENT ON COLUMN paywall_share.declared_free IS 'Number of articles that the publisher declares as free.';
COMMENT ON COLUMN paywall_share.share IS 'Stubs and articles declared as not free, as a share of all pages, 0 to 1.';
