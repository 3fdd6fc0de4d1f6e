-- Which articles are there, in their current version?
CREATE OR REPLACE VIEW articles AS
SELECT
    state.article_id, state.url, state.source,
    version.title, version.authors, version.published_at, version.published_precision, version.published_utc_offset,
    local_day_of(version.published_at, version.published_utc_offset) AS published_day, version.modified_at,
    version.language, version.section, version.tags, version.image_url, version.description, version.is_free,
    version.provenance, version.text, version.word_count,
    state.duplicate_of, state.duplicate_kind, state.similarity, state.story_id,
    state.first_seen_at, state.last_seen_at, state.versions,
    version.extractor, version.segment, version.warc_offset
FROM article_state AS state
JOIN article_versions AS version ON version.doc = state.doc;
COMMENT ON VIEW articles IS 'One row per article with its current text.';
COMMENT ON COLUMN articles.published_day IS 'Day of publication: the page''s own, where it states its offset from UTC, else in UTC.';
