-- When was each article published, and by which source? The narrow columns that most views count by, without texts.
CREATE OR REPLACE VIEW article_days AS
SELECT
    state.article_id, state.source, day_of(coalesce(version.published_at, state.first_seen_at)) AS day,
    version.language, version.section, version.is_free, version.word_count, state.first_seen_at, state.doc
FROM article_state AS state
JOIN article_versions AS version ON version.doc = state.doc;
COMMENT ON VIEW article_days IS 'One row per article with its day: that of publication, or of first sight where the publisher states none.';
COMMENT ON COLUMN article_days.day IS 'Day of publication, or of first sight where that is unknown, UTC.';
