-- Which stories do most sources carry, and one does not?
CREATE OR REPLACE VIEW silences AS
WITH newest AS (SELECT max(last_at) AS moment FROM stories),
big AS (
    SELECT story_id, title, first_at, last_at, sources, outlets
    FROM stories, newest
    WHERE sources >= 3 AND last_at >= newest.moment - INTERVAL 30 DAYS
),
-- Sources that published on the days of the story, in its language: others could not have had it.
published AS (
    SELECT big.story_id, days.source
    FROM big
    JOIN stories USING (story_id)
    JOIN (
        SELECT source, day, language
        FROM article_days, newest
        WHERE day >= day_of(newest.moment) - 37
        GROUP BY source, day, language
    ) AS days
        ON days.day BETWEEN day_of(big.first_at) AND day_of(big.last_at) AND days.language IS NOT DISTINCT FROM stories.language
    GROUP BY big.story_id, days.source
),
able AS (SELECT story_id, count(*) AS sources FROM published GROUP BY story_id)
SELECT
    published.source, big.story_id, big.title, big.first_at, big.last_at, big.sources,
    big.sources / able.sources AS share
FROM published
JOIN big USING (story_id)
JOIN able USING (story_id)
WHERE NOT list_contains(big.outlets, published.source) AND 2 * big.sources > able.sources;
COMMENT ON VIEW silences IS 'Stories of the 30 days until the latest article that more than half of the sources carry that published in their language at that time (at least three), with the sources that do not.';
COMMENT ON COLUMN silences.source IS 'A source that has no article of the story.';
COMMENT ON COLUMN silences.sources IS 'Number of sources that carry the story.';
COMMENT ON COLUMN silences.share IS 'Their share of the sources that published in the language of the story while it ran, 0 to 1.';
