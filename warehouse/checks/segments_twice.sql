-- Segments that the ledger has several times.
SELECT segment FROM segments GROUP BY segment HAVING count(*) > 1
