-- Versions with more than one row, or with the number of another version.
SELECT version_id::VARCHAR FROM article_versions GROUP BY version_id HAVING count(*) > 1
UNION ALL
SELECT 'number ' || doc FROM article_versions GROUP BY doc HAVING count(*) > 1
