-- What is the text of one version? Asked for by a single number, DuckDB reads one piece of the column; asked for several
-- at once, by a join or IN, it reads all pieces of 122,880 rows that may have one of them.
CREATE OR REPLACE MACRO text_of(number) AS TABLE SELECT doc, text FROM article_versions WHERE doc = number;
COMMENT ON MACRO TABLE text_of IS 'text_of(number): the text of the version with that `doc`. Columns: doc, text.';
