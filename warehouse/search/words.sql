-- The words to stem. Strings of more than 40 letters are not words but URLs or keys, and single letters say nothing; words
-- in scripts without spaces between words are indexed as pairs of characters instead.
SELECT key, language, word
FROM tokens
WHERE (length(word) BETWEEN 2 AND 40 OR regexp_matches(word, '^\p{N}$')) AND NOT is_unsegmented(word);
