-- Where did every page of a run go? fetched = loaded + updated + unchanged + duplicate + rejected + failed + skipped.
CREATE OR REPLACE VIEW pipeline_loss AS
SELECT
    run_id, source,
    count(*) AS fetched,
    count(*) FILTER (outcome = 'loaded') AS loaded,
    count(*) FILTER (outcome = 'updated') AS updated,
    count(*) FILTER (outcome = 'unchanged') AS unchanged,
    count(*) FILTER (outcome = 'duplicate') AS duplicate,
    count(*) FILTER (outcome = 'rejected') AS rejected,
    count(*) FILTER (outcome = 'failed') AS failed,
    count(*) FILTER (outcome = 'skipped') AS skipped
FROM fetches
WHERE kind IN ('page', 'record')
GROUP BY run_id, source;
COMMENT ON VIEW pipeline_loss IS 'Per run and source: how many pages were asked for, and what became of them. The outcomes add up to fetched.';
