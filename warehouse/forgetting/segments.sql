-- Segments with a request for one of the URLs, or with a listing of a source that may contain one.
SELECT DISTINCT segment FROM fetches
WHERE source = $source OR article_id IN (FROM gone_articles)
   OR url IN (SELECT url FROM gone_urls) OR final_url IN (SELECT url FROM gone_urls)
   OR (kind NOT IN ('page', 'record') AND warc_offset IS NOT NULL AND source IN (
          SELECT source FROM article_state WHERE article_id IN (FROM gone_articles)
          UNION SELECT source FROM fetches WHERE url IN (SELECT url FROM gone_urls)))
UNION
SELECT DISTINCT segment FROM article_versions WHERE article_id IN (FROM gone_articles)
ORDER BY segment;
