-- Which words of a headline are counted? Each distinct word of at least three letters, or two in Chinese, Japanese or Korean.
CREATE OR REPLACE MACRO headline_words_of(title) AS list_filter(
    list_distinct(regexp_extract_all(lower(title), '[\p{L}\p{M}\p{N}]+')),
    lambda word: regexp_matches(word, '\p{L}')
        AND (length(word) >= 3
             OR (length(word) = 2 AND regexp_matches(word, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]')))
);
COMMENT ON MACRO headline_words_of IS 'The words of a headline that `headline_words` counts.';
