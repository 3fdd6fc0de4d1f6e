-- One article per story, so that the names in a widely covered event do not become common words.
WITH latest AS (
    SELECT article_id, language,
           row_number() OVER (PARTITION BY language ORDER BY last_at DESC, story_id) AS place,
           count(*) OVER (PARTITION BY language) AS stories
    FROM stories
    WHERE last_at >= (SELECT max(last_at) FROM stories) - INTERVAL 90 DAYS
)
SELECT state.version_id, latest.language, version.title, version.text
FROM latest
JOIN article_state AS state ON state.article_id = latest.article_id
JOIN article_versions AS version ON version.version_id = state.version_id
WHERE latest.place <= $most AND latest.stories >= $least;
