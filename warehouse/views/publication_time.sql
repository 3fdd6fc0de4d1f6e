-- When was an article published? At the time that its publisher states, unless that is more than a day after it was seen.
-- (Compared as numbers: adding an interval to a time takes DuckDB fifty times as long, because of time zones.)
CREATE OR REPLACE MACRO publication_time(published_at, seen_at) AS
    CASE WHEN epoch_us(published_at) <= epoch_us(seen_at) + 86400000000 THEN published_at ELSE seen_at END;
COMMENT ON MACRO publication_time IS 'When an article was published; when it was seen where its publisher states no time or a time in the future.';
