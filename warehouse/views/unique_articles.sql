-- Which articles are there, each report once? What most analyses want: counting words, opinions or topics over copies
-- counts an agency's report as often as it was sold.
CREATE OR REPLACE VIEW unique_articles AS
SELECT * FROM articles WHERE duplicate_kind IS DISTINCT FROM 'copy';
COMMENT ON VIEW unique_articles IS 'Articles without copies: those that repeat an earlier one (duplicate_kind copy) are left out, derived ones are not.';
