-- Versions of articles that do not exist.
SELECT version_id::VARCHAR FROM article_versions WHERE article_id NOT IN (SELECT article_id FROM article_state)
