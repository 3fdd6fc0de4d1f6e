-- 1. URLs in listings are added to the frontier, unless they are known or already there.
INSERT INTO private.frontier BY NAME
SELECT DISTINCT ON (url_key)
    url_key, url, source, discovered_at, published_hint, modified_hint, 0 AS attempts, discovered_at AS due_at
FROM links
WHERE url_key NOT IN (SELECT url_key FROM private.frontier WHERE url_key IN (SELECT url_key FROM links))
  AND url_key NOT IN (
      SELECT url_key FROM private.known_urls WHERE url_key IN (SELECT url_key FROM links))
ORDER BY row_number;

-- 2. Failed URLs are due again after 15 minutes, 1 hour, 4 hours, 16 hours; URLs that robots.txt forbids after a day.
--    URLs beyond a run's limit of pages per host were not attempted.
UPDATE private.frontier AS waiting
SET attempts = waiting.attempts + CASE WHEN failed.reason = 'host_limit' THEN 0 ELSE 1 END,
    last_reason = failed.reason,
    due_at = failed.fetched_at
        + CASE WHEN failed.reason = 'robots' THEN INTERVAL 24 HOURS
               ELSE to_minutes(CAST(15 * pow(4, waiting.attempts) AS BIGINT)) END
FROM (
    SELECT DISTINCT ON (url_key) url_key, outcome, reason, fetched_at
    FROM batch
    WHERE kind = 'page' AND NOT answered
    ORDER BY url_key, fetched_at DESC
) AS failed
WHERE failed.url_key = waiting.url_key;

-- 3. URLs with a final response become known: the requested URL, the one after redirects, and the canonical one. After five
--    failed attempts (three and a half days), the failure is final.
INSERT INTO private.known_urls BY NAME
WITH answers AS MATERIALIZED (
    SELECT url_key, max(known_at) AS known_at
    FROM (
        SELECT unnest([url_key, final_key, article_key]) AS url_key, fetched_at AS known_at
        FROM batch
        WHERE kind IN ('page', 'record') AND answered
        UNION ALL
        SELECT url_key, due_at FROM private.frontier WHERE attempts >= 5
    )
    WHERE url_key IS NOT NULL
    GROUP BY url_key
)
SELECT url_key, known_at
FROM answers
WHERE url_key NOT IN (
    SELECT url_key FROM private.known_urls WHERE url_key IN (SELECT url_key FROM answers));

DELETE FROM private.frontier
WHERE attempts >= 5
   OR url_key IN (
       SELECT unnest([url_key, final_key, article_key]) FROM batch WHERE kind IN ('page', 'record') AND answered);
