-- Headlines of the days concerned are counted anew from those that stay.
CREATE OR REPLACE TEMP TABLE gone_days AS
SELECT DISTINCT day_of(coalesce(published_at, seen_at)) AS day FROM article_versions
WHERE change = 'first' AND article_id IN (FROM gone_articles);

UPDATE fetches
SET url = coalesce((SELECT text FROM blanks WHERE blanks.url = fetches.url), 'forgotten:'),
    source = CASE WHEN source = $source THEN 'forgotten' ELSE source END,
    final_url = NULL, status = NULL, outcome = 'skipped', reason = 'forgotten', detail = NULL, article_id = NULL,
    bytes = 0, ms = 0, warc_offset = NULL
WHERE source = $source OR article_id IN (FROM gone_articles)
   OR (kind IN ('page', 'record')
       AND (url IN (SELECT url FROM gone_addresses) OR final_url IN (SELECT url FROM gone_addresses)));

DELETE FROM rejections WHERE source = $source OR url IN (SELECT url FROM gone_addresses);
DELETE FROM aliases WHERE article_id IN (FROM gone_articles) OR url IN (SELECT url FROM gone_addresses) OR source = $source;
DELETE FROM article_versions WHERE article_id IN (FROM gone_articles);
DELETE FROM article_state WHERE article_id IN (FROM gone_articles);
DELETE FROM feeds WHERE source = $source;
DELETE FROM sources WHERE source = $source;
DELETE FROM private.frontier WHERE source = $source OR address_key IN (SELECT unnest($keys));
DELETE FROM private.known_addresses WHERE address_key IN (SELECT unnest($keys));

DELETE FROM headline_words WHERE day IN (FROM gone_days);
INSERT INTO headline_words BY NAME
SELECT day, word, count(*) AS articles
FROM (
    SELECT day_of(coalesce(published_at, seen_at)) AS day, unnest(headline_words_of(title)) AS word
    FROM article_versions
    WHERE change = 'first' AND day_of(coalesce(published_at, seen_at)) IN (FROM gone_days)
)
GROUP BY day, word
ORDER BY day, word;
DROP TABLE gone_days;
