-- A listing that was named and not asked for yet, because the crawl was killed or had no time, waits here: the one that
-- named it may answer "not modified" from now on.
INSERT INTO feeds BY NAME
SELECT DISTINCT ON (url) url, source, kind, 'waiting' AS last_outcome, 0 AS failures
FROM listings
WHERE url NOT IN (SELECT url FROM feeds)
ORDER BY found_at;

-- One row per listing: its last answer, and the validators of its last full answer.
MERGE INTO feeds
USING (
    SELECT url, arg_max(source, fetched_at) AS source, arg_max(kind, fetched_at) AS kind,
           max(fetched_at) AS asked_at,
           max(fetched_at) FILTER (outcome = 'listed') AS changed_at,
           arg_max(status, fetched_at) AS status,
           arg_max(outcome, fetched_at) AS outcome,
           arg_max({'reason': reason, 'detail': detail}, fetched_at) AS said,
           arg_max({'etag': etag, 'last_modified': last_modified}, fetched_at) FILTER (outcome = 'listed') AS validators
    FROM batch
    WHERE kind IN ('homepage', 'feed', 'sitemap', 'section')
    GROUP BY url
) AS look
ON feeds.url = look.url
WHEN MATCHED THEN UPDATE SET
    source = look.source, kind = look.kind, last_asked_at = look.asked_at,
    last_changed_at = coalesce(look.changed_at, feeds.last_changed_at),
    last_status = look.status, last_outcome = look.outcome, last_reason = look.said.reason,
    last_detail = look.said.detail,
    etag = CASE WHEN look.changed_at IS NULL THEN feeds.etag ELSE look.validators.etag END,
    last_modified = CASE WHEN look.changed_at IS NULL THEN feeds.last_modified ELSE look.validators.last_modified END,
    failures = CASE WHEN look.outcome = 'failed' THEN feeds.failures + 1 ELSE 0 END
WHEN NOT MATCHED THEN INSERT
    (url, source, kind, etag, last_modified, last_asked_at, last_changed_at, last_status, last_outcome, last_reason,
     last_detail, failures)
VALUES
    (look.url, look.source, look.kind, look.validators.etag, look.validators.last_modified, look.asked_at,
     look.changed_at, look.status, look.outcome, look.said.reason, look.said.detail,
     CASE WHEN look.outcome = 'failed' THEN 1 ELSE 0 END);
