-- Which articles were edited most?
CREATE OR REPLACE VIEW most_edited AS
SELECT
    state.article_id, state.source, version.title, state.url, edits.edits, edits.headline_changes, edits.words_added,
    edits.words_removed, edits.last_edit_at
FROM (
    SELECT
        article_id, count(*) AS edits, count(*) FILTER (change IN ('title', 'both')) AS headline_changes,
        sum(words_added)::BIGINT AS words_added, sum(words_removed)::BIGINT AS words_removed, max(seen_at) AS last_edit_at
    FROM article_versions
    WHERE change IN ('title', 'text', 'both')
    GROUP BY article_id
) AS edits
JOIN article_state AS state USING (article_id)
JOIN article_versions AS version ON version.doc = state.doc
ORDER BY edits.edits DESC, edits.words_added + edits.words_removed DESC, edits.last_edit_at DESC;
COMMENT ON VIEW most_edited IS 'Articles that their publishers changed, the most edited first.';
COMMENT ON COLUMN most_edited.edits IS 'Number of changed versions.';
COMMENT ON COLUMN most_edited.headline_changes IS 'In how many of them the headline changed.';
COMMENT ON COLUMN most_edited.words_added IS 'Words added in all edits.';
COMMENT ON COLUMN most_edited.words_removed IS 'Words removed in all edits.';
COMMENT ON COLUMN most_edited.last_edit_at IS 'When the last edit was first seen, UTC.';
