CREATE OR REPLACE TEMP TABLE gone_articles AS
SELECT article_id FROM article_state
WHERE list_contains($urls, url) OR list_contains($urls, fetch_url) OR source = $source
UNION
SELECT article_id FROM aliases WHERE list_contains($urls, url)
UNION
SELECT article_id FROM fetches
WHERE article_id IS NOT NULL AND kind IN ('page', 'record') AND outcome IN ('loaded', 'updated')
  AND (list_contains($urls, url) OR list_contains($urls, final_url));

-- Requests of other sources for a source's articles; the caller loads these pages again.
CREATE OR REPLACE TEMP TABLE elsewhere AS
SELECT segment, url, fetched_at FROM fetches
WHERE $source IS NOT NULL AND source <> $source AND article_id IN (FROM gone_articles);

CREATE OR REPLACE TEMP TABLE gone_urls AS
SELECT unnest($urls::VARCHAR[]) AS url
UNION SELECT url FROM article_state WHERE article_id IN (FROM gone_articles)
UNION SELECT fetch_url FROM article_state WHERE article_id IN (FROM gone_articles)
UNION SELECT url FROM aliases WHERE article_id IN (FROM gone_articles)
UNION SELECT unnest([url, final_url]) FROM fetches WHERE article_id IN (FROM gone_articles)
UNION SELECT unnest([url, final_url]) FROM fetches
    WHERE kind IN ('page', 'record') AND (list_contains($urls, url) OR list_contains($urls, final_url))
UNION SELECT url FROM fetches WHERE source = $source
UNION SELECT url FROM private.frontier WHERE source = $source;

-- Other requests of other sources stay.
DELETE FROM gone_urls
WHERE $source IS NOT NULL AND url IN (
    SELECT unnest([url, final_url]) FROM fetches
    WHERE source <> $source AND (article_id IS NULL OR article_id NOT IN (FROM gone_articles)));
