-- Articles with more than one row in article_state.
SELECT article_id::VARCHAR FROM article_state GROUP BY article_id HAVING count(*) > 1
