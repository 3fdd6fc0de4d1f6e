-- Numbers for new versions.
ALTER TABLE batch ADD COLUMN doc UINTEGER;
UPDATE batch SET doc = numbered.doc
FROM (
    SELECT row_number, row_number() OVER (ORDER BY row_number) - 1
        + greatest(
            (SELECT coalesce(max(doc) + 1, 0) FROM article_versions),
            -- The number of a version that was indexed and forgotten is not reused.
            (SELECT coalesce(max(first_doc + docs), 0) FROM search_index.parts)) AS doc
    FROM batch
    WHERE outcome IN ('loaded', 'updated')
) AS numbered
WHERE numbered.row_number = batch.row_number;
