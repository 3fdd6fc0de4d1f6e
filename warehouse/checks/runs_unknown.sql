-- Segments of runs that the book of runs does not have.
SELECT segment FROM segments WHERE run_id NOT IN (SELECT run_id FROM runs)
