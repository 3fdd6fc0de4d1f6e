-- How much was each story told, day by day, and in whose own words?
CREATE OR REPLACE VIEW story_attention AS
SELECT
    story_id,
    CAST(published_at AS DATE) AS day,
    count(*) AS articles,
    count(*) FILTER (kind IS DISTINCT FROM 'copy') AS reports,
    count(DISTINCT source) AS sources
FROM appearances
WHERE story_id IS NOT NULL
GROUP BY story_id, CAST(published_at AS DATE);
COMMENT ON VIEW story_attention IS 'Per story and day (UTC): how many articles told it, how many of these are no copies, and how many sources told it.';
