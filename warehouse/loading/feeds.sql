-- Listings that were found but not requested yet, because the crawl was killed or ran out of time, are stored: the listing
-- that contains them may answer "not modified" from now on.
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

-- One row per listing: its last response, the validators of its last full response, and when it is due again. It is due
-- after a tenth of the time since it last contained a new URL, which is how long RFC 9111 (4.2.2) lets caches keep a page
-- without a stated lifetime. After a first failure, the next run requests it again.
MERGE INTO feeds
USING (
    WITH responses AS (
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
        SELECT responses.*,
               coalesce(responses.new_at, feeds.last_new_at, feeds.last_changed_at, responses.changed_at) AS last_new_at,
               CASE WHEN responses.outcome IN ('failed', 'skipped') THEN coalesce(feeds.failures, 0) + 1 ELSE 0 END
                   AS failures,
               CASE WHEN responses.outcome IN ('failed', 'skipped') THEN coalesce(feeds.failing_since, responses.asked_at)
               END AS failing_since,
               coalesce(sources.poll_minutes[1], 0) AS least, coalesce(sources.poll_minutes[2], 1440) AS most
        FROM responses
        LEFT JOIN feeds ON feeds.url = responses.url
        LEFT JOIN sources ON sources.source = responses.source
    )
    SELECT *,
           CASE WHEN failures > 1 THEN least(most, greatest(least, 15 * pow(2, least(failures - 2, 20))))
                WHEN failures = 1 THEN least
                ELSE least(most, greatest(least, coalesce(date_diff('second', last_new_at, asked_at), 0) / 60 / 10))
           END AS poll_minutes
    FROM states
) AS response
ON feeds.url = response.url
WHEN MATCHED THEN UPDATE SET
    source = response.source, kind = response.kind, last_asked_at = response.asked_at,
    last_changed_at = coalesce(response.changed_at, feeds.last_changed_at), last_new_at = response.last_new_at,
    last_status = response.status, last_outcome = response.outcome, last_reason = response.said.reason,
    last_detail = response.said.detail,
    etag = CASE WHEN response.changed_at IS NULL THEN feeds.etag ELSE response.validators.etag END,
    last_modified = CASE WHEN response.changed_at IS NULL THEN feeds.last_modified ELSE response.validators.last_modified END,
    failures = response.failures, failing_since = response.failing_since, poll_minutes = response.poll_minutes,
    due_at = response.asked_at + to_seconds(response.poll_minutes * 60),
    stored_url = coalesce(response.stored.url, feeds.stored_url), stored_at = coalesce(response.stored.at, feeds.stored_at),
    stored_digest = CASE WHEN response.stored IS NULL THEN feeds.stored_digest ELSE response.stored.digest END
WHEN NOT MATCHED THEN INSERT
    (url, source, kind, etag, last_modified, last_asked_at, last_changed_at, last_new_at, last_status, last_outcome,
     last_reason, last_detail, failures, failing_since, poll_minutes, due_at, stored_url, stored_at, stored_digest)
VALUES
    (response.url, response.source, response.kind, response.validators.etag, response.validators.last_modified, response.asked_at,
     response.changed_at, response.last_new_at, response.status, response.outcome, response.said.reason, response.said.detail,
     response.failures, response.failing_since, response.poll_minutes, response.asked_at + to_seconds(response.poll_minutes * 60),
     response.stored.url, response.stored.at, response.stored.digest);
