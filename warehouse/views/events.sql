-- What happened, in all languages: linked stories as one event.
CREATE OR REPLACE VIEW events AS
WITH RECURSIVE neighbours AS (
    SELECT story_id, other_id FROM story_links
    UNION ALL
    SELECT other_id, story_id FROM story_links
), connected (story_id, other_id) AS (
    SELECT story_id, story_id FROM neighbours
    UNION
    SELECT connected.story_id, neighbours.other_id
    FROM connected JOIN neighbours ON neighbours.story_id = connected.other_id
), linked AS (
    SELECT story_id, min(other_id) AS part FROM connected GROUP BY story_id
)
SELECT
    arg_min(story_id, {'at': first_at, 'id': story_id}) AS event_id,
    arg_max(title, {'articles': articles, 'earlier': -epoch_us(first_at), 'id': story_id}) AS title,
    list_sort(list_distinct(list(language))) AS languages,
    sum(articles)::BIGINT AS articles,
    len(list_distinct(flatten(list(outlets))))::INTEGER AS sources,
    min(first_at) AS first_at,
    max(last_at) AS last_at,
    list(story_id ORDER BY first_at, story_id) AS story_ids
FROM stories JOIN linked USING (story_id)
GROUP BY part
UNION ALL
SELECT
    story_id, title, CASE WHEN language IS NULL THEN [] ELSE [language] END, articles, sources, first_at, last_at,
    [story_id]
FROM stories WHERE story_id NOT IN (SELECT story_id FROM neighbours);
COMMENT ON VIEW events IS 'Stories across languages: stories that `story_links` connects are one event, every other story is an event of its own. Without newsloom[multilingual], every event has one story.';
COMMENT ON COLUMN events.event_id IS 'The event: the identifier of its earliest story.';
COMMENT ON COLUMN events.title IS 'Headline of its largest story.';
COMMENT ON COLUMN events.languages IS 'The languages that it was reported in, ISO 639-1 codes.';
COMMENT ON COLUMN events.articles IS 'Number of articles, copies included.';
COMMENT ON COLUMN events.sources IS 'Number of sources, including those with an unchanged copy.';
COMMENT ON COLUMN events.first_at IS 'When its first article was published, or first seen where that is unknown, UTC.';
COMMENT ON COLUMN events.last_at IS 'When its latest article was published, or first seen where that is unknown, UTC.';
COMMENT ON COLUMN events.story_ids IS 'Its stories, the earliest first.';
