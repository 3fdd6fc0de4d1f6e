-- Aliases of articles that do not exist.
SELECT url FROM aliases WHERE article_id NOT IN (SELECT article_id FROM article_state)
