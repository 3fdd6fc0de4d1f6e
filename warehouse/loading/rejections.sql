INSERT INTO rejections BY NAME
SELECT url, source, reason, detail, fetched_at AS rejected_at, run_id, segment, warc_offset, extractor
FROM batch
WHERE outcome = 'rejected'
ORDER BY row_number;
