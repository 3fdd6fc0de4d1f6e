-- Segments with a request for one of the addresses, or with a listing of a source that may have named it.
SELECT DISTINCT segment FROM fetches
WHERE source = $source OR article_id IN (FROM gone_articles)
   OR url IN (SELECT url FROM gone_addresses) OR final_url IN (SELECT url FROM gone_addresses)
   OR (kind NOT IN ('page', 'record') AND warc_offset IS NOT NULL AND source IN (
          SELECT source FROM article_state WHERE article_id IN (FROM gone_articles)
          UNION SELECT source FROM fetches WHERE url IN (SELECT url FROM gone_addresses)))
UNION
SELECT DISTINCT segment FROM article_versions WHERE article_id IN (FROM gone_articles)
ORDER BY segment;
