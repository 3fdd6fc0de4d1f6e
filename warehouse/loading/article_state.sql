INSERT INTO article_state BY NAME
SELECT article_id, article_url AS url, source, version_id, 0 AS versions, fetched_at AS first_seen_at,
       fetched_at AS last_seen_at, title_hash, body_hash, coalesce(final_url, url) AS fetch_url,
       coalesce(final_key, url_key) AS fetch_key, etag, last_modified,
       CASE WHEN warc_offset IS NOT NULL THEN coalesce(final_url, url) END AS stored_url,
       CASE WHEN warc_offset IS NOT NULL THEN fetched_at END AS stored_at, payload_digest AS stored_digest, doc
FROM batch
WHERE outcome = 'loaded'
ORDER BY row_number;

-- Every response to a request for an article, including the first, updates its state, even if the page is gone or behind a
-- wall. Only a full response with a version of the article has validators worth storing; a 304 has none.
WITH responses AS (
    SELECT
        article_id,
        max(fetched_at) AS seen_at,
        arg_max({'id': version_id, 'doc': doc, 'title': title_hash, 'body': body_hash}, fetched_at)
            FILTER (outcome IN ('loaded', 'updated')) AS version,
        count(*) FILTER (outcome IN ('loaded', 'updated')) AS versions,
        arg_max({'etag': etag, 'last_modified': last_modified}, fetched_at)
            FILTER (status = 200 AND outcome IN ('loaded', 'updated', 'unchanged')) AS validators,
        arg_max({'url': coalesce(final_url, url), 'at': fetched_at, 'digest': payload_digest}, fetched_at)
            FILTER (warc_offset IS NOT NULL AND outcome IN ('loaded', 'updated', 'unchanged')) AS stored
    FROM batch
    WHERE article_id IS NOT NULL AND answered AND outcome <> 'duplicate'
    GROUP BY article_id
)
UPDATE article_state AS state
SET version_id = coalesce(responses.version.id, state.version_id),
    doc = coalesce(responses.version.doc, state.doc),
    title_hash = coalesce(responses.version.title, state.title_hash),
    body_hash = coalesce(responses.version.body, state.body_hash),
    versions = state.versions + responses.versions,
    last_seen_at = greatest(state.last_seen_at, responses.seen_at),
    etag = CASE WHEN responses.validators IS NULL THEN state.etag ELSE responses.validators.etag END,
    last_modified = CASE WHEN responses.validators IS NULL THEN state.last_modified ELSE responses.validators.last_modified END,
    stored_url = coalesce(responses.stored.url, state.stored_url), stored_at = coalesce(responses.stored.at, state.stored_at),
    stored_digest = CASE WHEN responses.stored IS NULL THEN state.stored_digest ELSE responses.stored.digest END
FROM responses
WHERE responses.article_id = state.article_id;
