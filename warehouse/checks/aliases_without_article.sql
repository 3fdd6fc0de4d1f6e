-- Other addresses of articles that are not there.
SELECT url FROM aliases WHERE article_id NOT IN (SELECT article_id FROM article_state)
