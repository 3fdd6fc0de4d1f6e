-- The beginnings of the current texts of articles in stories.
WITH found AS (
    SELECT state.article_id, state.doc
    FROM private.story_members AS member
    -- The time is the same in both tables, so that DuckDB reads only the row groups with it.
    JOIN article_state AS state
        ON state.article_id = member.article_id AND state.first_seen_at = member.first_seen_at
    WHERE member.day BETWEEN $first AND $last AND member.article_id IN (SELECT id FROM wanted)
)
SELECT found.article_id, left(version.text, $letters) AS lead
FROM found
JOIN article_versions AS version ON version.doc = found.doc;
