-- A listing that was named and not asked for yet, because the crawl was killed or had no time, waits here: the one that
-- named it may answer "not modified" from now on.
INSERT INTO feeds BY NAME
SELECT DISTINCT ON (url) url, source, kind, 'waiting' AS last_outcome, 0 AS failures, found_at AS due_at,
       modified_at AS listed_modified_at
FROM listings
WHERE url NOT IN (SELECT url FROM feeds)
ORDER BY found_at DESC;

UPDATE feeds
SET listed_modified_at = said.modified_at
FROM (SELECT url, arg_max(modified_at, found_at) AS modified_at FROM listings GROUP BY url) AS said
WHERE said.url = feeds.url AND said.modified_at IS DISTINCT FROM feeds.listed_modified_at;

-- One row per listing: its last answer, the validators of its last full answer, and when it is due again. The time since
-- it last named something new says how often that happens; a tenth of it is what RFC 9111 (4.2.2) has caches wait with a
-- page that does not say how long it holds. A first failure is tried again by the next run.
MERGE INTO feeds
USING (
    WITH looks AS (
        SELECT url, arg_max(source, fetched_at) AS source, arg_max(kind, fetched_at) AS kind,
               max(fetched_at) AS asked_at,
               max(fetched_at) FILTER (outcome = 'listed') AS changed_at,
               max(fetched_at) FILTER (named > 0) AS new_at,
               arg_max(status, fetched_at) AS status,
               arg_max(outcome, fetched_at) AS outcome,
               arg_max({'reason': reason, 'detail': detail}, fetched_at) AS said,
               arg_max({'etag': etag, 'last_modified': last_modified}, fetched_at) FILTER (outcome = 'listed')
                   AS validators,
               arg_max({'url': coalesce(final_url, url), 'at': fetched_at, 'digest': payload_digest}, fetched_at)
                   FILTER (outcome = 'listed' AND warc_offset IS NOT NULL) AS stored
        FROM batch
        WHERE kind IN ('homepage', 'feed', 'sitemap', 'section') AND reason IS DISTINCT FROM 'forgotten'
        GROUP BY url
    ), states AS (
        SELECT looks.*,
               coalesce(looks.new_at, feeds.last_new_at, feeds.last_changed_at, looks.changed_at) AS last_new_at,
               CASE WHEN looks.outcome IN ('failed', 'skipped') THEN coalesce(feeds.failures, 0) + 1 ELSE 0 END
                   AS failures,
               coalesce(sources.poll_minutes[1], 0) AS least, coalesce(sources.poll_minutes[2], 1440) AS most
        FROM looks
        LEFT JOIN feeds ON feeds.url = looks.url
        LEFT JOIN sources ON sources.source = looks.source
    )
    SELECT *,
           CASE WHEN failures > 1 THEN least(most, greatest(least, 15 * pow(2, least(failures - 2, 20))))
                WHEN failures = 1 THEN least
                ELSE least(most, greatest(least, coalesce(date_diff('second', last_new_at, asked_at), 0) / 60 / 10))
           END AS poll_minutes
    FROM states
) AS look
ON feeds.url = look.url
WHEN MATCHED THEN UPDATE SET
    source = look.source, kind = look.kind, last_asked_at = look.asked_at,
    last_changed_at = coalesce(look.changed_at, feeds.last_changed_at), last_new_at = look.last_new_at,
    last_status = look.status, last_outcome = look.outcome, last_reason = look.said.reason,
    last_detail = look.said.detail,
    etag = CASE WHEN look.changed_at IS NULL THEN feeds.etag ELSE look.validators.etag END,
    last_modified = CASE WHEN look.changed_at IS NULL THEN feeds.last_modified ELSE look.validators.last_modified END,
    failures = look.failures, poll_minutes = look.poll_minutes,
    due_at = look.asked_at + to_seconds(look.poll_minutes * 60),
    stored_url = coalesce(look.stored.url, feeds.stored_url), stored_at = coalesce(look.stored.at, feeds.stored_at),
    stored_digest = CASE WHEN look.stored IS NULL THEN feeds.stored_digest ELSE look.stored.digest END
WHEN NOT MATCHED THEN INSERT
    (url, source, kind, etag, last_modified, last_asked_at, last_changed_at, last_new_at, last_status, last_outcome,
     last_reason, last_detail, failures, poll_minutes, due_at, stored_url, stored_at, stored_digest)
VALUES
    (look.url, look.source, look.kind, look.validators.etag, look.validators.last_modified, look.asked_at,
     look.changed_at, look.last_new_at, look.status, look.outcome, look.said.reason, look.said.detail,
     look.failures, look.poll_minutes, look.asked_at + to_seconds(look.poll_minutes * 60),
     look.stored.url, look.stored.at, look.stored.digest);
