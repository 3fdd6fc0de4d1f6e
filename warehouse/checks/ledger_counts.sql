-- Segments whose number of requests differs from the table segments.
SELECT coalesce(ledger.segment, counted.segment) || ': ' || coalesce(ledger.fetches, 0) || ' requests in segments, '
    || coalesce(counted.fetches, 0) || ' in fetches'
FROM (
    SELECT segment, sum(fetches) AS fetches FROM segments WHERE requests_removed_at IS NULL GROUP BY segment
) AS ledger
FULL JOIN (SELECT segment, count(*) AS fetches FROM fetches GROUP BY segment) AS counted USING (segment)
WHERE coalesce(ledger.fetches, 0) <> coalesce(counted.fetches, 0)
