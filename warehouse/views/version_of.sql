-- One version, with its article. For a single number, DuckDB reads one block of each column; for several at once, by a join
-- or IN, it reads all blocks of the row groups (122,880 rows) that may contain one of them.
CREATE OR REPLACE MACRO version_of(number) AS TABLE
SELECT version.doc, state.article_id, coalesce(version.published_at, state.first_seen_at) AS published_at, state.source,
       version.language, version.title, version.text, state.url
FROM article_versions AS version, article_state AS state
WHERE version.doc = number AND state.doc = number;
COMMENT ON MACRO TABLE version_of IS 'version_of(number): the article whose current version has that `doc`. Columns: doc, article_id, published_at (or first sight, UTC), source, language, title, text, url.';
