-- Which articles are there, without copies? Most analyses need this: counted over copies, words, opinions or topics of an
-- agency's report count as often as it was sold.
CREATE OR REPLACE VIEW unique_articles AS
SELECT * FROM articles WHERE duplicate_kind IS DISTINCT FROM 'copy';
COMMENT ON VIEW unique_articles IS 'Articles without those that repeat an earlier one (duplicate_kind copy); derived articles are included.';
COMMENT ON COLUMN unique_articles.published_day IS 'Day of publication: the page''s own, where it states its offset from UTC, else in UTC.';
