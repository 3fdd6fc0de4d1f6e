-- What became of every page of a run? fetched = loaded + updated + unchanged + duplicate + rejected + failed + skipped.
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
COMMENT ON COLUMN pipeline_loss.fetched IS 'Pages and records that were requested.';
COMMENT ON COLUMN pipeline_loss.loaded IS 'New articles.';
COMMENT ON COLUMN pipeline_loss.updated IS 'New versions of known articles.';
COMMENT ON COLUMN pipeline_loss.unchanged IS 'Known articles that have not changed.';
COMMENT ON COLUMN pipeline_loss.duplicate IS 'Articles that were stored already, with another URL or in a newer version.';
COMMENT ON COLUMN pipeline_loss.rejected IS 'Pages that are not articles; `rejections` has the reasons.';
COMMENT ON COLUMN pipeline_loss.failed IS 'Pages without a usable response.';
COMMENT ON COLUMN pipeline_loss.skipped IS 'Pages that were not asked for.';
COMMENT ON VIEW pipeline_loss IS 'Per run and source: how many pages were asked for, and what became of them. The outcomes add up to fetched.';
