CREATE OR REPLACE TEMP TABLE gone_articles AS
SELECT article_id FROM article_state
WHERE list_contains($addresses, url) OR list_contains($addresses, fetch_url) OR source = $source
UNION
SELECT article_id FROM aliases WHERE list_contains($addresses, url)
UNION
SELECT article_id FROM fetches
WHERE article_id IS NOT NULL AND kind IN ('page', 'record') AND outcome IN ('loaded', 'updated')
  AND (list_contains($addresses, url) OR list_contains($addresses, final_url));

-- What other sources had of a source's articles: whoever calls this loads it anew.
CREATE OR REPLACE TEMP TABLE elsewhere AS
SELECT segment, url, fetched_at FROM fetches
WHERE $source IS NOT NULL AND source <> $source AND article_id IN (FROM gone_articles);

CREATE OR REPLACE TEMP TABLE gone_addresses AS
SELECT unnest($addresses::VARCHAR[]) AS url
UNION SELECT url FROM article_state WHERE article_id IN (FROM gone_articles)
UNION SELECT fetch_url FROM article_state WHERE article_id IN (FROM gone_articles)
UNION SELECT url FROM aliases WHERE article_id IN (FROM gone_articles)
UNION SELECT unnest([url, final_url]) FROM fetches WHERE article_id IN (FROM gone_articles)
UNION SELECT unnest([url, final_url]) FROM fetches
    WHERE kind IN ('page', 'record') AND (list_contains($addresses, url) OR list_contains($addresses, final_url))
UNION SELECT url FROM fetches WHERE source = $source
UNION SELECT url FROM private.frontier WHERE source = $source;

-- What else other sources have asked for stays.
DELETE FROM gone_addresses
WHERE $source IS NOT NULL AND url IN (
    SELECT unnest([url, final_url]) FROM fetches
    WHERE source <> $source AND (article_id IS NULL OR article_id NOT IN (FROM gone_articles)));
