-- How much was each story told, day by day, and in whose own words?
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
COMMENT ON VIEW story_days IS 'Per story and day (UTC): how many articles told it, how many of these are no copies, and how many sources told it.';
