-- Which stories were the biggest? By how many sources told them; their own words count for more than copies.
CREATE OR REPLACE VIEW story_attention AS
SELECT
    story_id, stories.title, stories.language, told.sources, told.articles, told.reports, told.first_at, told.last_at
FROM (
    SELECT
        story_id,
        count(DISTINCT source) AS sources,
        count(*) AS articles,
        count(*) FILTER (kind IS DISTINCT FROM 'copy') AS reports,
        min(published_at) AS first_at,
        max(published_at) AS last_at
    FROM appearances
    WHERE story_id IS NOT NULL
    GROUP BY story_id
) AS told
LEFT JOIN stories USING (story_id)
ORDER BY told.sources DESC, told.reports DESC, told.articles DESC, told.last_at DESC, story_id;
COMMENT ON VIEW story_attention IS 'One row per story, the biggest first: how many sources told it, in how many articles, of which so many are no copies (reports), and from when to when.';
