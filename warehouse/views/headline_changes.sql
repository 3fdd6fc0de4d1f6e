-- Which headlines were changed, from what to what, and how soon?
CREATE OR REPLACE VIEW headline_changes AS
WITH versions AS (
    SELECT
        version.article_id, version.seen_at, version.change, version.title,
        lag(version.title) OVER (PARTITION BY version.article_id ORDER BY version.seen_at, version.doc) AS title_before,
        state.url, state.source, state.first_seen_at
    FROM article_versions AS version
    JOIN (SELECT * FROM article_state WHERE versions > 1) AS state USING (article_id)
)
SELECT
    article_id, url, source, seen_at AS changed_at, title_before, title AS title_after,
    round(epoch(time_between(first_seen_at, seen_at)) / 3600, 4) AS hours_after_first_sight
FROM versions
WHERE change IN ('title', 'both');
COMMENT ON VIEW headline_changes IS 'One row per change of a headline by its publisher.';
COMMENT ON COLUMN headline_changes.changed_at IS 'When the new headline was first seen, UTC; the change was made between the previous fetch and this one.';
COMMENT ON COLUMN headline_changes.title_before IS 'Headline of the previous version.';
COMMENT ON COLUMN headline_changes.title_after IS 'Headline from then on.';
COMMENT ON COLUMN headline_changes.hours_after_first_sight IS 'Hours from the first fetch of the article to the change.';
