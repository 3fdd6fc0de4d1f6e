-- Which share of its articles does a source take from others, and how many do others take from it?
CREATE OR REPLACE VIEW wire_share AS
WITH places AS MATERIALIZED (
    SELECT article_id, original_id, source, kind FROM appearances
), taken AS (
    -- Reports of two sources, with the one that had them first.
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
COMMENT ON VIEW wire_share IS 'Per source: number of its articles, of those that copy or derive from a report of another source, their share (0 to 1), and number of its own reports that others have taken.';
COMMENT ON COLUMN wire_share.copies IS 'Number of articles that copy a report of another source.';
COMMENT ON COLUMN wire_share.derived IS 'Number of articles that derive from a report of another source.';
COMMENT ON COLUMN wire_share.taken_by_others IS 'Number of its own reports that other sources have taken.';
COMMENT ON COLUMN wire_share.copied_share IS 'copies as a share of its articles, 0 to 1.';
COMMENT ON COLUMN wire_share.wire_share IS 'copies + derived as a share of its articles, 0 to 1.';
COMMENT ON COLUMN wire_share.source IS 'The source.';
COMMENT ON COLUMN wire_share.articles IS 'Number of articles, including unchanged texts of other sources.';
