-- Which sources cover the same stories?
CREATE OR REPLACE VIEW source_overlap AS
WITH told AS MATERIALIZED (
    SELECT DISTINCT source, story_id FROM article_state WHERE story_id IS NOT NULL
),
counted AS (SELECT source, count(*) AS stories FROM told GROUP BY source),
shared AS (
    SELECT one.source AS source, other.source AS other_source, count(*) AS shared_stories
    FROM (FROM told SEMI JOIN (FROM stories WHERE sources > 1) AS several USING (story_id)) AS one
    JOIN told AS other ON other.story_id = one.story_id AND other.source <> one.source
    GROUP BY one.source, other.source
)
SELECT
    shared.source, shared.other_source, shared.shared_stories, one.stories, other.stories AS other_stories,
    shared_stories / one.stories AS share, shared_stories / (one.stories + other.stories - shared_stories) AS similarity
FROM shared
JOIN counted AS one ON one.source = shared.source
JOIN counted AS other ON other.source = shared.other_source;
COMMENT ON VIEW source_overlap IS 'For each two sources: how many stories both cover. Each pair has two rows, one for each direction.';
COMMENT ON COLUMN source_overlap.other_source IS 'The other source.';
COMMENT ON COLUMN source_overlap.shared_stories IS 'Number of stories that both cover.';
COMMENT ON COLUMN source_overlap.stories IS 'Number of stories of the source.';
COMMENT ON COLUMN source_overlap.other_stories IS 'Number of stories of the other source.';
COMMENT ON COLUMN source_overlap.share IS 'Share of the stories of the source that the other one covers, 0 to 1.';
COMMENT ON COLUMN source_overlap.similarity IS 'Shared stories in relation to all stories of the two (Jaccard), 0 to 1.';
