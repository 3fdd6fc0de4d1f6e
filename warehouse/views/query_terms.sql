-- Which terms of the index do the words of queries stand for? One row per query, word and term. A word that no article
-- contains in this form ("negotiation" where all have "negotiations") stands for the longest stem that it starts with.
CREATE OR REPLACE MACRO query_terms(queries) AS TABLE
WITH words AS MATERIALIZED (
    SELECT DISTINCT query, unnest(CASE WHEN is_unsegmented(run) THEN character_pairs(run) ELSE [run] END) AS word
    FROM (
        SELECT query, unnest(regexp_extract_all(
            strip_accents(lower(nfc_normalize(query))), '[\p{L}\p{M}\p{N}]+')) AS run
        FROM (
            SELECT CASE
                WHEN regexp_matches(query, '["*()]|(^|\s)(AND|OR|NOT|NEAR)(\s|$)|(^|\s)[-+][\p{L}\p{N}]') THEN error(
                    'a query is a list of words, and finds what has all of them. It has no operators: remove quotes, AND, '
                    || 'OR, NOT, + and - before a word, * and brackets. Found: ' || query)
                ELSE query
            END AS query
            FROM (SELECT DISTINCT unnest(queries) AS query)
        )
    )
),
meant AS (
    SELECT word, word AS term FROM words
    UNION
    SELECT word, stems.term FROM words JOIN search_index.words AS stems USING (word)
),
known AS MATERIALIZED (
    SELECT meant.word, terms.term, terms.id FROM meant JOIN search_index.terms AS terms USING (term)
),
guessed AS (
    SELECT unseen.word, terms.term, terms.id
    FROM (SELECT DISTINCT word FROM words WHERE word NOT IN (SELECT word FROM known)) AS unseen
    JOIN search_index.terms AS terms
        ON starts_with(unseen.word, terms.term) AND length(terms.term) >= 4
        AND 2 * length(terms.term) >= length(unseen.word)
    QUALIFY length(terms.term) = max(length(terms.term)) OVER (PARTITION BY unseen.word)
)
SELECT words.query, words.word, found.term, found.id
FROM words
LEFT JOIN (FROM known UNION ALL FROM guessed) AS found USING (word);
COMMENT ON MACRO TABLE query_terms IS 'query_terms(queries): the terms of the search index for the words of each query in a list. Columns: query, word, term, id (term and id are empty where no article has the word).';
