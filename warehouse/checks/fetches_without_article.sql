-- Requests that led to an article that does not exist.
SELECT url FROM fetches
WHERE outcome IN ('loaded', 'updated', 'unchanged', 'duplicate') AND kind IN ('page', 'record')
  AND article_id IS NOT NULL AND article_id NOT IN (SELECT article_id FROM article_state)
