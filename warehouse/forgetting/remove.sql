-- Its stories, and articles that it repeats or that repeat it, are found again from the remaining articles: these are added
-- to the queue of `restory`, which the caller processes.
CREATE OR REPLACE TEMP TABLE gone_stories AS
SELECT DISTINCT story_id FROM article_state WHERE article_id IN (FROM gone_articles) AND story_id IS NOT NULL
UNION SELECT story_id FROM stories WHERE list_contains(outlets, $source);
CREATE OR REPLACE TEMP TABLE again AS
SELECT article_id FROM article_state WHERE story_id IN (FROM gone_stories)
UNION SELECT article_id FROM duplicates WHERE original_id IN (FROM gone_articles)
UNION SELECT original_id FROM duplicates WHERE article_id IN (FROM gone_articles);
INSERT INTO private.restory
SELECT (SELECT coalesce(max(number), 0) FROM private.restory)
           + row_number() OVER (ORDER BY state.first_seen_at, state.doc),
       state.article_id, version.seen_at
FROM article_state AS state
JOIN article_versions AS version ON version.version_id = state.version_id
WHERE state.article_id IN (FROM again) AND state.article_id NOT IN (FROM gone_articles);
INSERT INTO again FROM gone_articles;
DELETE FROM duplicates WHERE article_id IN (FROM again) OR original_id IN (FROM again);
DELETE FROM private.fingerprints WHERE article_id IN (FROM again);
DELETE FROM private.indexed_articles WHERE article_id IN (FROM again);
DELETE FROM private.restory WHERE article_id IN (FROM gone_articles);
DELETE FROM private.story_members WHERE article_id IN (FROM again);
DELETE FROM private.story_terms WHERE story_id IN (FROM gone_stories);
DELETE FROM story_chains WHERE story_id IN (FROM gone_stories) OR previous_id IN (FROM gone_stories);
DELETE FROM story_links WHERE story_id IN (FROM gone_stories) OR other_id IN (FROM gone_stories);
DELETE FROM private.story_vectors WHERE story_id IN (FROM gone_stories);
DELETE FROM stories WHERE story_id IN (FROM gone_stories);
UPDATE article_state SET duplicate_of = NULL, duplicate_kind = NULL, similarity = NULL, story_id = NULL
WHERE article_id IN (FROM again) OR duplicate_of IN (FROM gone_articles);
DROP TABLE again;
DROP TABLE gone_stories;

-- Headlines of the days concerned are counted again from the remaining articles.
CREATE OR REPLACE TEMP TABLE gone_days AS
SELECT DISTINCT day_of(coalesce(published_at, seen_at)) AS day FROM article_versions
WHERE change = 'first' AND article_id IN (FROM gone_articles);

-- Pages of other sources about it are loaded again if they are in the archive.
DELETE FROM elsewhere WHERE segment NOT IN (SELECT unnest($archived::VARCHAR[]));
DELETE FROM fetches WHERE source <> $source AND (segment, url, fetched_at) IN (FROM elsewhere);
DELETE FROM rejections WHERE source <> $source AND (segment, url, rejected_at) IN (FROM elsewhere);

UPDATE fetches
SET url = coalesce((SELECT text FROM placeholders WHERE placeholders.url = fetches.url), 'forgotten:'),
    source = CASE WHEN source = $source THEN 'forgotten' ELSE source END,
    final_url = NULL, status = NULL, outcome = 'skipped', reason = 'forgotten', detail = NULL, article_id = NULL,
    bytes = 0, ms = 0, warc_offset = NULL
WHERE source = $source OR article_id IN (FROM gone_articles)
   OR (kind IN ('page', 'record')
       AND (url IN (SELECT url FROM gone_urls) OR final_url IN (SELECT url FROM gone_urls)));

DELETE FROM rejections WHERE source = $source OR url IN (SELECT url FROM gone_urls);
DELETE FROM aliases WHERE article_id IN (FROM gone_articles) OR url IN (SELECT url FROM gone_urls) OR source = $source;
DELETE FROM article_versions WHERE article_id IN (FROM gone_articles);
DELETE FROM article_state WHERE article_id IN (FROM gone_articles);
DELETE FROM feeds WHERE source = $source;
DELETE FROM sources WHERE source = $source;
DELETE FROM source_profiles WHERE source = $source;
DELETE FROM parameter_evidence WHERE source = $source;
DELETE FROM private.shorter_urls WHERE source = $source;
UPDATE parameter_evidence SET url = NULL, other_url = NULL, text_key = if(supports, page_key, NULL)
WHERE url IN (SELECT url FROM gone_urls) OR other_url IN (SELECT url FROM gone_urls);
DELETE FROM private.frontier WHERE source = $source OR url_key IN (SELECT unnest($keys));
DELETE FROM private.shorter_urls WHERE url_key IN (SELECT unnest($keys));
DELETE FROM private.known_urls WHERE url_key IN (SELECT unnest($keys));

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
