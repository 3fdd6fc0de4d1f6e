-- The latest members, dated and undated, of stories by the given sources.
SELECT state.article_id, state.version_id, state.doc, state.source, state.first_seen_at, member.terms, member.weights
FROM private.story_members AS member
-- The time is the same in both tables, so that DuckDB reads only the row groups with it.
JOIN article_state AS state
    ON state.article_id = member.article_id AND state.first_seen_at = member.first_seen_at
WHERE member.day BETWEEN $first AND $last
  AND state.source IN (SELECT source FROM wanted_sources)
QUALIFY row_number() OVER (
    PARTITION BY state.source, member.first_at = member.first_seen_at ORDER BY member.first_at DESC, state.article_id
) <= $of_each
ORDER BY member.first_at DESC, state.article_id LIMIT $most
