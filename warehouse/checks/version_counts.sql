-- Articles whose number of versions differs from article_state.
SELECT state.url || ': ' || state.versions || ' versions in article_state, ' || coalesce(counted.versions, 0)
    || ' in article_versions'
FROM article_state AS state
LEFT JOIN (SELECT article_id, count(*) AS versions FROM article_versions GROUP BY article_id) AS counted
    USING (article_id)
WHERE state.versions <> coalesce(counted.versions, 0)
