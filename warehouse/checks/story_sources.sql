-- Stories that lack the source of an article, or of another publication of its text.
SELECT DISTINCT stories.title || ': ' || published.source
FROM (
    SELECT story_id, source FROM article_state WHERE story_id IS NOT NULL
    UNION
    SELECT state.story_id, aliases.source
    FROM aliases JOIN article_state AS state USING (article_id)
    WHERE aliases.kind = 'same_text' AND state.story_id IS NOT NULL
) AS published
JOIN stories USING (story_id)
WHERE NOT list_contains(stories.outlets, published.source)
