-- The texts of some versions. DuckDB fetches up to 50 rows by their rowid, at a tenth of what a join by `doc` costs, which
-- reads the texts around each of them. So further ones come in fifties, too.
DROP MACRO TABLE IF EXISTS version_of;  -- which did this for one version
CREATE OR REPLACE MACRO version_texts(docs) AS TABLE
WITH wanted AS MATERIALIZED (SELECT DISTINCT unnest(docs) AS doc),
numbered AS MATERIALIZED (
    SELECT version.rowid AS place, row_number() OVER () - 1 AS number
    FROM article_versions AS version
    SEMI JOIN wanted ON wanted.doc = version.doc
)
SELECT version.doc, version.title, version.text
FROM article_versions AS version JOIN (FROM numbered WHERE number < 50) AS these ON version.rowid = these.place
UNION ALL
SELECT version.doc, version.title, version.text
FROM article_versions AS version
JOIN (FROM numbered WHERE number BETWEEN 50 AND 99) AS these ON version.rowid = these.place
UNION ALL
SELECT version.doc, version.title, version.text
FROM article_versions AS version
JOIN (FROM numbered WHERE number BETWEEN 100 AND 149) AS these ON version.rowid = these.place
UNION ALL
SELECT version.doc, version.title, version.text
FROM article_versions AS version JOIN (FROM numbered WHERE number >= 150) AS these ON version.rowid = these.place;
COMMENT ON MACRO TABLE version_texts IS 'version_texts(docs): the headlines and texts of some versions, given as a list of `doc`. Columns: doc, title, text. Fast for up to 150 versions; for more, all texts are read.';
