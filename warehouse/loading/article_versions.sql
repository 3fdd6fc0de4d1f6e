-- A page that does not state its language is in the configured language of its source.
INSERT INTO article_versions BY NAME
SELECT version_id, article_id, fetched_at AS seen_at, change, title, authors, published_at, published_precision,
       published_utc_offset, modified_at, coalesce(batch.language, sources.language) AS language, section, tags, image_url, description,
       is_free, provenance, text, word_count, text_hash, extractor, segment, warc_offset,
       words_added, words_removed, diff, doc
FROM batch
LEFT JOIN sources ON sources.source = batch.source
WHERE outcome IN ('loaded', 'updated')
ORDER BY row_number;
