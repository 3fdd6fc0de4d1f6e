INSERT INTO headline_words BY NAME
SELECT day, word, count(*) AS articles
FROM (
    SELECT day_of(coalesce(published_at, fetched_at)) AS day, unnest(headline_words_of(title)) AS word
    FROM batch
    WHERE outcome = 'loaded'
)
GROUP BY day, word
ORDER BY day, word;
