-- The articles of each fingerprint that many have within some days, by day: the first of each day by identifier, and
-- whether any article of that day is new.
WITH frequent AS (
    SELECT hash FROM matched GROUP BY hash HAVING count(*) >= $many
), counted AS (
    SELECT hash, article_id, day,
           count(*) OVER (
               PARTITION BY hash ORDER BY day RANGE BETWEEN CURRENT ROW AND to_days($days) FOLLOWING
           ) AS following,
           bool_or(article_id IN (SELECT id FROM new_articles)) OVER (PARTITION BY hash, day) AS fresh
    FROM matched SEMI JOIN frequent USING (hash)
    QUALIFY row_number() OVER (PARTITION BY hash, day ORDER BY article_id) <= $most
)
SELECT list(day ORDER BY day, article_id), list(article_id ORDER BY day, article_id),
       list(fresh ORDER BY day, article_id)
FROM counted
GROUP BY hash
HAVING max(following) >= $many
ORDER BY hash;
