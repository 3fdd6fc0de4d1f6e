-- The terms of each word: its stem, or pairs of characters. These are the same as those of the macro character_pairs, which
-- is slow: it would take a minute for a run of 100,000 characters.
CREATE OR REPLACE TEMP TABLE stems AS
SELECT key, strip_accents(word) AS plain, strip_accents(stem) AS term, true AS stemmed FROM arrow_stems
UNION ALL
SELECT DISTINCT key, plain, unnest(
    CASE WHEN length(plain) < 2 THEN [plain]
        ELSE regexp_extract_all(plain, '(?s)..') || regexp_extract_all(plain[2:], '(?s)..')
    END
), false
FROM (SELECT key, strip_accents(word) AS plain FROM tokens WHERE is_unsegmented(word));

-- Frequent terms get small numbers, which keeps lists of similar length together. The most frequent ones are spread out:
-- DuckDB reads 2048 neighbouring lists together, so that each of them is better placed among short ones.
INSERT INTO search_index.terms
SELECT term, row_number() OVER (ORDER BY CASE WHEN rank <= 256 THEN rank * 400 ELSE rank END, rank) - 1
    + (SELECT coalesce(max(id) + 1, 0) FROM search_index.terms)
FROM (
    SELECT term, row_number() OVER (ORDER BY sum(times) DESC, term) AS rank
    FROM (FROM stems WHERE NOT EXISTS (FROM search_index.terms AS known WHERE known.term = stems.term)) AS fresh
    JOIN tokens USING (key)
    GROUP BY term
);

INSERT INTO search_index.words
SELECT DISTINCT plain, term
FROM stems
WHERE stemmed AND plain <> term
  AND NOT EXISTS (FROM search_index.words AS known WHERE known.word = stems.plain AND known.term = stems.term);
