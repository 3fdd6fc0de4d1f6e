-- What did publishers change in articles after publishing them?
CREATE OR REPLACE VIEW article_edits AS
WITH versions AS (
    SELECT
        version.article_id, version.seen_at, version.change, version.title, version.words_added, version.words_removed,
        version.diff,
        lag(version.title) OVER before AS title_before, lag(version.word_count) OVER before AS words_before,
        state.url, state.source, state.first_seen_at
    FROM article_versions AS version
    JOIN (SELECT * FROM article_state WHERE versions > 1) AS state USING (article_id)
    WINDOW before AS (PARTITION BY version.article_id ORDER BY version.seen_at, version.doc)
)
SELECT
    article_id, url, source, seen_at AS edited_at, change, title_before, title AS title_after,
    words_before, words_added, words_removed,
    least((words_added + words_removed) / greatest(words_before, 1), 1) AS share_changed,
    diff, round(epoch(time_between(first_seen_at, seen_at)) / 3600, 4) AS hours_after_first_sight
FROM versions
WHERE change IN ('title', 'text', 'both');
COMMENT ON VIEW article_edits IS 'One row per edit of an article by its publisher, with the changed words. Re-extractions are not included.';
COMMENT ON COLUMN article_edits.edited_at IS 'When the edit was first seen, UTC; it was made between the previous fetch and this one.';
COMMENT ON COLUMN article_edits.title_before IS 'Headline of the previous version.';
COMMENT ON COLUMN article_edits.title_after IS 'Headline of this version.';
COMMENT ON COLUMN article_edits.words_before IS 'Number of words in the previous version.';
COMMENT ON COLUMN article_edits.share_changed IS 'Words added and removed, relative to words_before; at most 1.';
COMMENT ON COLUMN article_edits.hours_after_first_sight IS 'Hours from the first fetch of the article to the edit.';
