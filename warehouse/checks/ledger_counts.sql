-- Segments whose requests are not as many as the ledger says.
SELECT coalesce(ledger.segment, counted.segment) || ': ' || coalesce(ledger.fetches, 0) || ' requests by the ledger, '
    || coalesce(counted.fetches, 0) || ' there'
FROM (
    SELECT segment, sum(fetches) AS fetches FROM segments WHERE requests_removed_at IS NULL GROUP BY segment
) AS ledger
FULL JOIN (SELECT segment, count(*) AS fetches FROM fetches GROUP BY segment) AS counted USING (segment)
WHERE coalesce(ledger.fetches, 0) <> coalesce(counted.fetches, 0)
