-- How many articles, original reports and sources did each story have, day by day?
CREATE OR REPLACE VIEW story_days AS
SELECT
    story_id,
    day_of(published_at) AS day,
    count(*) AS articles,
    count(*) FILTER (kind IS DISTINCT FROM 'copy') AS reports,
    count(DISTINCT source) AS sources
FROM appearances
WHERE story_id IS NOT NULL
GROUP BY story_id, day_of(published_at);
COMMENT ON VIEW story_days IS 'Per story and day (UTC): number of articles, of articles that are not copies, and of sources.';
