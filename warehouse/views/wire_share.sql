-- Which part of what a source publishes does it take from others, and which part do others take from it?
CREATE OR REPLACE VIEW wire_share AS
WITH origin AS (
    SELECT article_id AS original_id, source FROM appearances WHERE kind IS NULL
), taken AS (
    SELECT DISTINCT origin.original_id
    FROM appearances AS later
    JOIN origin ON origin.original_id = later.original_id
    WHERE later.kind IS NOT NULL AND later.source <> origin.source
)
SELECT
    here.source,
    count(*) AS articles,
    count(*) FILTER (here.kind = 'copy' AND origin.source <> here.source) AS copies,
    count(*) FILTER (here.kind = 'derived' AND origin.source <> here.source) AS derived,
    count(*) FILTER (here.kind IS NULL AND taken.original_id IS NOT NULL) AS taken_by_others,
    copies / articles AS copied_share,
    (copies + derived) / articles AS wire_share
FROM appearances AS here
JOIN origin ON origin.original_id = here.original_id
LEFT JOIN taken ON taken.original_id = here.article_id
GROUP BY here.source;
COMMENT ON VIEW wire_share IS 'Per source: its articles, how many of them copy or derive from a report of another source, the share of these (0 to 1), and how many of its own reports others have taken.';
COMMENT ON COLUMN wire_share.copies IS 'Articles that copy a report of another source.';
COMMENT ON COLUMN wire_share.derived IS 'Articles that derive from a report of another source.';
COMMENT ON COLUMN wire_share.taken_by_others IS 'Its own reports that other sources have taken.';
COMMENT ON COLUMN wire_share.copied_share IS 'copies as a share of its articles, 0 to 1.';
COMMENT ON COLUMN wire_share.wire_share IS 'copies and derived together as a share of its articles, 0 to 1.';
