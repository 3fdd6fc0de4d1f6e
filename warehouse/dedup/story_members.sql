-- The articles of the given stories, and whether they are duplicates.
SELECT member.article_id, member.story_id, member.first_seen_at, member.first_at, member.last_at, member.title,
       member.language, member.outlets, state.duplicate_of, state.duplicate_kind, member.terms, member.weights
FROM private.story_members AS member
-- The time is the same in both tables, so that DuckDB reads only the row groups with it.
JOIN article_state AS state
    ON state.article_id = member.article_id AND state.first_seen_at = member.first_seen_at
WHERE member.day BETWEEN $first AND $last AND member.story_id IN (SELECT id FROM wanted);
