-- Which stories were the biggest? Those with the most sources; among these, those with the most original reports.
CREATE OR REPLACE VIEW story_attention AS
SELECT story_id, title, language, sources, articles, reports, first_at, last_at
FROM stories
ORDER BY sources DESC, reports DESC, articles DESC, last_at DESC, story_id;
COMMENT ON VIEW story_attention IS 'One row per story, the biggest first: number of sources (including those with an unchanged text), of articles, and of articles that are not copies (reports), with the times of the first and last article.';
COMMENT ON COLUMN story_attention.title IS 'Headline of its most typical article.';
