INSERT INTO headline_words BY NAME
SELECT day, word, count(*) AS articles
FROM (
    SELECT day_of(coalesce(published_at, fetched_at)) AS day,
           unnest(list_distinct(regexp_extract_all(lower(title), '[\p{L}\p{M}\p{N}]+'))) AS word
    FROM batch
    WHERE outcome = 'loaded'
)
WHERE (length(word) >= 3 OR (length(word) = 2 AND regexp_matches(word, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]')))
  AND regexp_matches(word, '\p{L}')
GROUP BY day, word
ORDER BY day, word;
