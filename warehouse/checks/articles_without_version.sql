-- Articles whose current version is missing.
SELECT url FROM article_state WHERE doc IS NULL OR doc NOT IN (SELECT doc FROM article_versions WHERE doc IS NOT NULL)
UNION ALL
SELECT state.url
FROM article_state AS state JOIN article_versions AS version ON version.doc = state.doc
WHERE version.article_id <> state.article_id
