-- Segments whose outcomes of requests do not match the rows that they created: first versions (loaded), later versions
-- (updated) and rejections (rejected).
WITH said AS (
    SELECT segment, outcome, count(*) AS rows FROM fetches
    WHERE kind IN ('page', 'record') AND outcome IN ('loaded', 'updated', 'rejected') GROUP BY segment, outcome
),
made AS (
    SELECT segment, CASE WHEN change = 'first' THEN 'loaded' ELSE 'updated' END AS outcome, count(*) AS rows
    FROM article_versions WHERE change <> 'reextracted' GROUP BY segment, outcome
    UNION ALL
    SELECT segment, 'rejected', count(*) FROM rejections GROUP BY segment
)
SELECT segment || ': ' || coalesce(said.rows, 0) || ' requests with the outcome ' || outcome || ', but '
    || coalesce(made.rows, 0) || ' rows'
FROM said FULL JOIN made USING (segment, outcome)
WHERE coalesce(said.rows, 0) <> coalesce(made.rows, 0)
  AND segment NOT IN (SELECT segment FROM segments WHERE requests_removed_at IS NOT NULL)
