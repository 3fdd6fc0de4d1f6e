-- The words to find stems for. What is longer than 40 letters is no word but an address or a key, and single letters say
-- nothing; scripts that put no spaces between words have pairs of signs instead of stems.
SELECT key, language, word
FROM tokens
WHERE (length(word) BETWEEN 2 AND 40 OR regexp_matches(word, '^\p{N}$')) AND NOT is_unsegmented(word);
