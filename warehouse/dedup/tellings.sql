-- The articles of wanted stories, and whether they repeat others.
SELECT telling.article_id, telling.story_id, telling.first_seen_at, telling.first_at, telling.last_at, telling.title,
       telling.language, telling.outlets, state.duplicate_of, state.duplicate_kind, telling.terms, telling.weights
FROM private.tellings AS telling
-- The time is the same in both; DuckDB looks only into the row groups that have it.
JOIN article_state AS state
    ON state.article_id = telling.article_id AND state.first_seen_at = telling.first_seen_at
WHERE telling.day BETWEEN $first AND $last AND telling.story_id IN (SELECT id FROM wanted);
