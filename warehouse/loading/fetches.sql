INSERT INTO fetches BY NAME
SELECT segment, run_id, source, kind, url, final_url, status, outcome, reason, detail, article_id, bytes, ms,
       fetched_at, warc_offset
FROM batch
ORDER BY row_number;
