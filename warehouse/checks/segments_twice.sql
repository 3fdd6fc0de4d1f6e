-- Segments with more than one row in the table segments.
SELECT segment FROM segments GROUP BY segment HAVING count(*) > 1
