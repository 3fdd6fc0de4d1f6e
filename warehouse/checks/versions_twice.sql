-- Versions that are there several times, or share a number.
SELECT version_id::VARCHAR FROM article_versions GROUP BY version_id HAVING count(*) > 1
UNION ALL
SELECT 'number ' || doc FROM article_versions GROUP BY doc HAVING count(*) > 1
