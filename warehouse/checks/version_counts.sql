-- Articles that have another number of versions than their state says.
SELECT state.url || ': ' || state.versions || ' versions by its state, ' || coalesce(counted.versions, 0) || ' there'
FROM article_state AS state
LEFT JOIN (SELECT article_id, count(*) AS versions FROM article_versions GROUP BY article_id) AS counted
    USING (article_id)
WHERE state.versions <> coalesce(counted.versions, 0)
