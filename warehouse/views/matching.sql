-- Which articles contain all words of a term? Answered by the index, without reading texts.
CREATE OR REPLACE MACRO matching(asked_terms) AS TABLE
WITH asked AS MATERIALIZED (FROM query_terms(asked_terms)),
needed AS (SELECT query, count(DISTINCT word) AS words FROM asked GROUP BY query),
hits AS (
    SELECT DISTINCT asked.query, asked.word, parts.first_doc + unnest(postings.docs) AS doc
    FROM search_index.postings AS postings
    JOIN asked ON asked.id = postings.term
    JOIN search_index.parts AS parts USING (part)
),
whole AS (SELECT query, doc, count(*) AS words FROM hits GROUP BY query, doc)
SELECT whole.query AS term, days.article_id, days.source, days.day
FROM whole
JOIN needed USING (query, words)
JOIN article_days AS days ON days.doc = whole.doc;
COMMENT ON MACRO TABLE matching IS 'matching(terms): for each term in a list, the articles whose headline or text contains all of its words; words are compared by stem, ignoring accents. Columns: term, article_id, source, day.';
