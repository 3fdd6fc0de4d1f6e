-- The current texts of the next articles in the queue.
SELECT state.article_id, state.version_id, state.source, version.title, version.language, version.published_at,
       version.published_precision, version.seen_at, state.first_seen_at, version.text
FROM taken
JOIN article_state AS state ON state.article_id = taken.article_id AND state.story_id IS NULL
JOIN article_versions AS version ON version.version_id = state.version_id
WHERE version.seen_at BETWEEN $first AND $last OR version.seen_at > taken.seen_at
ORDER BY taken.number;
