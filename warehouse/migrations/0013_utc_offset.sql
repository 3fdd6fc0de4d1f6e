-- The day that a reader of the page sees: times are stored in UTC, in which it may be another one.
ALTER TABLE article_versions ADD COLUMN published_utc_offset SMALLINT;
