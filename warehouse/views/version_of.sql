-- What is one version, with its article? Asked for by a single number, DuckDB reads one piece of each column; asked for
-- several at once, by a join or IN, it reads all pieces of 122,880 rows that may have one of them.
CREATE OR REPLACE MACRO version_of(number) AS TABLE
SELECT version.doc, state.article_id, coalesce(version.published_at, version.seen_at) AS published_at, state.source,
       version.language, version.title, version.text, state.url
FROM article_versions AS version, article_state AS state
WHERE version.doc = number AND state.doc = number;
COMMENT ON MACRO TABLE version_of IS 'version_of(number): the article whose current version has that `doc`. Columns: doc, article_id, published_at (or else first sight, UTC), source, language, title, text, url.';
