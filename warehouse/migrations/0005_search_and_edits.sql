-- How much a version changed, and in which words: told when it is loaded, for two texts of a million articles cannot be
-- compared while somebody waits for a view.
ALTER TABLE article_versions ADD COLUMN words_added INTEGER;
ALTER TABLE article_versions ADD COLUMN words_removed INTEGER;
ALTER TABLE article_versions ADD COLUMN diff VARCHAR;
COMMENT ON COLUMN article_versions.words_added IS 'Words of the text that the version before did not have; empty for a first version.';
COMMENT ON COLUMN article_versions.words_removed IS 'Words of the version before that the text no longer has; empty for a first version.';
COMMENT ON COLUMN article_versions.diff IS 'What changed in the text, a change a line: [-removed-] {+added+} between some words of what is around it; empty where the text is the same.';
COMMENT ON COLUMN article_versions.change IS 'What changed against the version before: first, title, text, both; or reextracted, where the page is the same and a newer extractor reads it differently.';

-- A number for each version, in the order of loading: the search index names it in few bits, and joins by it are cheaper
-- than by hashes.
ALTER TABLE article_versions ADD COLUMN doc UINTEGER;
COMMENT ON COLUMN article_versions.doc IS 'Number of the version in this file, in the order of loading; the search index and the views use it. It is another one after a rebuild.';
UPDATE article_versions SET doc = numbered.doc
FROM (SELECT version_id, row_number() OVER (ORDER BY seen_at, version_id) - 1 AS doc FROM article_versions) AS numbered
WHERE numbered.version_id = article_versions.version_id;
ALTER TABLE article_state ADD COLUMN doc UINTEGER;
COMMENT ON COLUMN article_state.doc IS 'The current version''s number in `article_versions`.';
UPDATE article_state SET doc = article_versions.doc
FROM article_versions WHERE article_versions.version_id = article_state.version_id;

-- Words of headlines by day, counted when they come, so that the terms of a day can be held against weeks before.
CREATE TABLE headline_words (
    day       DATE NOT NULL,
    word      VARCHAR NOT NULL,
    articles  UINTEGER NOT NULL
);
COMMENT ON TABLE headline_words IS 'In how many headlines of a day a word stands. Several rows may be about one word of one day: add them up, or ask `top_terms`.';
COMMENT ON COLUMN headline_words.day IS 'Day of publication (of first sight where that is unknown), UTC.';
COMMENT ON COLUMN headline_words.word IS 'A word of at least three letters (two of Chinese, Japanese or Korean), in lower case.';
COMMENT ON COLUMN headline_words.articles IS 'Headlines that have it, first versions only.';

-- The search index: an inverted index in plain tables, so that any DuckDB can search without an extension.
CREATE SCHEMA search_index;

CREATE TABLE search_index.terms (
    term  VARCHAR NOT NULL,
    id    UINTEGER NOT NULL
);
COMMENT ON TABLE search_index.terms IS 'Every term of the search index: a word''s stem in lower case without accents; pairs of signs for scripts without spaces.';
COMMENT ON COLUMN search_index.terms.term IS 'The term.';
COMMENT ON COLUMN search_index.terms.id IS 'Its number.';

CREATE TABLE search_index.words (
    word  VARCHAR NOT NULL,
    term  VARCHAR NOT NULL
);
COMMENT ON TABLE search_index.words IS 'Words whose stem is another text than they: a query finds the terms of its words here, and so needs no stemmer.';
COMMENT ON COLUMN search_index.words.word IS 'The word in lower case, without accents.';
COMMENT ON COLUMN search_index.words.term IS 'Its stem in one of the languages that it was met in.';

CREATE TABLE search_index.parts (
    part       UINTEGER NOT NULL,
    first_doc  UINTEGER NOT NULL,
    docs       UINTEGER NOT NULL,
    words      UBIGINT NOT NULL
);
COMMENT ON TABLE search_index.parts IS 'The index comes in parts, each about a range of versions; small parts are merged as more are loaded.';
COMMENT ON COLUMN search_index.parts.part IS 'The part.';
COMMENT ON COLUMN search_index.parts.first_doc IS 'First version (article_versions.doc) it is about.';
COMMENT ON COLUMN search_index.parts.docs IS 'How many versions it is about.';
COMMENT ON COLUMN search_index.parts.words IS 'Words of their texts.';

CREATE TABLE search_index.postings (
    part   UINTEGER NOT NULL,
    term   UINTEGER NOT NULL,
    times  UTINYINT NOT NULL,
    docs   INTEGER[] NOT NULL
);
COMMENT ON TABLE search_index.postings IS 'Where each term stands.';
COMMENT ON COLUMN search_index.postings.part IS 'The part.';
COMMENT ON COLUMN search_index.postings.term IS 'Number of the term.';
COMMENT ON COLUMN search_index.postings.times IS 'How often it stands there: 1, 2, 3 (three or four times), 5 (five to eight) or 9 (nine or more). A headline counts three times.';
COMMENT ON COLUMN search_index.postings.docs IS 'The versions, counted from the part''s first one.';
