-- Deletes all results; document frequencies stay until there are stories to compute new ones from.
DELETE FROM duplicates;
DELETE FROM private.fingerprints;
DELETE FROM private.indexed_articles;
DELETE FROM private.common_fingerprints;
DELETE FROM stories;
DELETE FROM story_chains;
DELETE FROM story_links;
DELETE FROM private.story_vectors;
DELETE FROM private.story_terms;
DELETE FROM private.story_members;
UPDATE article_state SET duplicate_of = NULL, duplicate_kind = NULL, similarity = NULL, story_id = NULL
WHERE duplicate_of IS NOT NULL OR story_id IS NOT NULL;
INSERT INTO private.restory
SELECT row_number() OVER (ORDER BY coalesce(version.published_at, state.first_seen_at), state.article_id),
       state.article_id, version.seen_at
FROM article_state AS state
JOIN article_versions AS version ON version.version_id = state.version_id;
