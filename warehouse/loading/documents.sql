-- Numbers for the versions to come.
ALTER TABLE batch ADD COLUMN doc UINTEGER;
UPDATE batch SET doc = numbered.doc
FROM (
    SELECT row_number, row_number() OVER (ORDER BY row_number) - 1
        + (SELECT coalesce(max(doc) + 1, 0) FROM article_versions) AS doc
    FROM batch
    WHERE outcome IN ('loaded', 'updated')
) AS numbered
WHERE numbered.row_number = batch.row_number;
