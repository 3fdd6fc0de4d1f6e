-- Which stories were the biggest? Those that most sources told; of these, those that most told in their own words.
CREATE OR REPLACE VIEW story_attention AS
SELECT story_id, title, language, sources, articles, reports, first_at, last_at
FROM stories
ORDER BY sources DESC, reports DESC, articles DESC, last_at DESC, story_id;
COMMENT ON VIEW story_attention IS 'One row per story, the biggest first: how many sources told it (those with an unchanged text included), in how many articles, of which so many are no copies (reports), and from when to when.';
COMMENT ON COLUMN story_attention.title IS 'Headline of its most typical article.';
