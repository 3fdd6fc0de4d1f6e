-- The requested URL and the URL after redirects, if the canonical URL is another one. For a page whose text is stored
-- already with another URL, its own canonical URL as well.
INSERT INTO aliases BY NAME
SELECT DISTINCT ON (other.url, other.article_id)
    other.url, other.article_id, other.source, other.kind, other.title, other.seen_at, other.segment,
    other.published_at, other.published_precision
FROM (
    SELECT unnest([url, final_url, article_url]) AS url, unnest([url_key, final_key, article_key]) AS key,
           article_id, source, CASE WHEN reason = 'same_text' THEN 'same_text' ELSE 'same_address' END AS kind,
           title, fetched_at AS seen_at, segment, article_key, row_number,
           published_at, published_precision
    FROM batch
    WHERE article_url IS NOT NULL AND outcome IN ('loaded', 'updated', 'unchanged', 'duplicate')
) AS other
WHERE other.url IS NOT NULL
  AND (other.kind = 'same_text' OR other.key IS DISTINCT FROM other.article_key)
  AND NOT EXISTS (FROM aliases WHERE aliases.url = other.url AND aliases.article_id = other.article_id)
ORDER BY other.row_number;
