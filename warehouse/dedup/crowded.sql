-- The articles of each fingerprint that many have within some days, by day.
WITH frequent AS (
    SELECT hash FROM matched GROUP BY hash HAVING count(*) >= $many
), counted AS (
    SELECT hash, article_id, day, count(*) OVER (
        PARTITION BY hash ORDER BY day RANGE BETWEEN CURRENT ROW AND to_days($days) FOLLOWING
    ) AS following
    FROM matched SEMI JOIN frequent USING (hash)
)
SELECT list({'day': day, 'article_id': article_id} ORDER BY day, article_id)
FROM counted
GROUP BY hash
HAVING max(following) >= $many
ORDER BY hash;
