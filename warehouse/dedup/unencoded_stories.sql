-- Stories without a vector that were reported within some days, the latest first.
SELECT story.story_id, story.article_id, story.first_at, story.last_at, story.language, story.title
FROM stories AS story
-- No story lasts until $end or began before $since, so DuckDB reads only the row groups with these.
WHERE story.last_at >= $first AND story.last_at < $end AND story.first_at < $last::DATE + 1
  AND story.language IN (SELECT unnest($languages))
  AND story.story_id NOT IN (SELECT story_id FROM private.story_vectors WHERE day BETWEEN $since AND $last)
ORDER BY story.last_at DESC, story.story_id
LIMIT $many;
