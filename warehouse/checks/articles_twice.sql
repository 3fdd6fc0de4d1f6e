-- Articles that have several rows of state: they should have one.
SELECT article_id::VARCHAR FROM article_state GROUP BY article_id HAVING count(*) > 1
