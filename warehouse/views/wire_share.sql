-- Which part of what a source publishes does it take from others, and which part do others take from it?
CREATE OR REPLACE VIEW wire_share AS
WITH places AS MATERIALIZED (
    SELECT article_id, original_id, source, kind FROM appearances
), taken AS (
    -- Reports that stand at two sources, with the one that had them first.
    SELECT later.original_id, origin.source AS original_source, later.source, later.kind
    FROM places AS later
    JOIN places AS origin ON origin.article_id = later.original_id
    WHERE later.kind IS NOT NULL AND origin.kind IS NULL AND later.source <> origin.source
), given AS (
    SELECT original_source AS source, count(DISTINCT original_id) AS reports FROM taken GROUP BY ALL
), had AS (
    SELECT source, count(*) FILTER (kind = 'copy') AS copied, count(*) FILTER (kind = 'derived') AS reworked
    FROM taken GROUP BY source
)
SELECT
    here.source,
    here.articles,
    coalesce(had.copied, 0) AS copies,
    coalesce(had.reworked, 0) AS derived,
    coalesce(given.reports, 0) AS taken_by_others,
    copies / here.articles AS copied_share,
    (copies + derived) / here.articles AS wire_share
FROM (SELECT source, count(*) AS articles FROM places GROUP BY source) AS here
LEFT JOIN had USING (source)
LEFT JOIN given USING (source);
COMMENT ON VIEW wire_share IS 'Per source: its articles, how many of them copy or derive from a report of another source, the share of these (0 to 1), and how many of its own reports others have taken.';
COMMENT ON COLUMN wire_share.copies IS 'Articles that copy a report of another source.';
COMMENT ON COLUMN wire_share.derived IS 'Articles that derive from a report of another source.';
COMMENT ON COLUMN wire_share.taken_by_others IS 'Its own reports that other sources have taken.';
COMMENT ON COLUMN wire_share.copied_share IS 'copies as a share of its articles, 0 to 1.';
COMMENT ON COLUMN wire_share.wire_share IS 'copies and derived together as a share of its articles, 0 to 1.';
COMMENT ON COLUMN wire_share.source IS 'The source that the row is about.';
COMMENT ON COLUMN wire_share.articles IS 'Its articles, those with an unchanged text of another source included.';
