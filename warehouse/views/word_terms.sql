-- Which terms of the index do words stand for? One row per word and term. A word that no article contains in this form
-- ("negotiation" where all have "negotiations") stands for the longest stem that it starts with.
DROP MACRO TABLE IF EXISTS query_terms;  -- its name in earlier versions
CREATE OR REPLACE MACRO word_terms(words) AS TABLE
WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(words) AS word),
whole AS (FROM asked WHERE NOT ends_with(word, '*')),
beginnings AS (SELECT word, rtrim(word, '*') AS beginning FROM asked WHERE ends_with(word, '*')),
meant AS (
    SELECT word, word AS term FROM whole
    UNION
    SELECT word, stems.term FROM whole JOIN search_index.words AS stems USING (word)
    UNION
    SELECT beginnings.word, stems.term
    FROM beginnings JOIN search_index.words AS stems ON starts_with(stems.word, beginnings.beginning)
),
known AS MATERIALIZED (
    SELECT meant.word, terms.term, terms.id FROM meant JOIN search_index.terms AS terms USING (term)
    UNION
    SELECT beginnings.word, terms.term, terms.id
    FROM beginnings JOIN search_index.terms AS terms ON starts_with(terms.term, beginnings.beginning)
),
guessed AS (
    SELECT unseen.word, terms.term, terms.id
    FROM (FROM whole WHERE word NOT IN (SELECT word FROM known)) AS unseen
    JOIN search_index.terms AS terms
        ON starts_with(unseen.word, terms.term) AND length(terms.term) >= 4
        AND 2 * length(terms.term) >= length(unseen.word)
    QUALIFY length(terms.term) = max(length(terms.term)) OVER (PARTITION BY unseen.word)
)
FROM known UNION ALL FROM guessed;
COMMENT ON MACRO TABLE word_terms IS 'word_terms(words): the terms of the search index for each word in a list, in lower case without accents; "word*" stands for all words that begin so. Columns: word, term, id. Words that no article has are missing.';
