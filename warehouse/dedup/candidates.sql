-- Pairs to compare: articles that share enough fingerprints and are close in time. If a fingerprint has very many articles
-- of one day, or an article is in very many pairs, originals come first, so that the root of a chain is always found.
WITH crowd AS (
    SELECT hash, day FROM matched GROUP BY ALL HAVING count(*) > $holders
), others AS (
    SELECT hash, article_id, day FROM matched ANTI JOIN crowd USING (hash, day)
    UNION ALL
    SELECT crowded.hash, crowded.article_id, crowded.day
    FROM (FROM matched SEMI JOIN crowd USING (hash, day)) AS crowded
    JOIN nearby USING (article_id)
    QUALIFY row_number() OVER (
        PARTITION BY crowded.hash, crowded.day ORDER BY nearby.published_at, nearby.first_seen_at, crowded.article_id
    ) <= $holders
), shared AS (
    -- Two new articles are one pair, in either direction.
    SELECT DISTINCT mine.hash,
           CASE WHEN both_new THEN least(mine.article_id, other.article_id) ELSE mine.article_id END AS article_id,
           CASE WHEN both_new THEN greatest(mine.article_id, other.article_id) ELSE other.article_id END AS other_id
    FROM (SELECT hash, article_id, day FROM matched WHERE article_id IN (SELECT id FROM new_articles)) AS mine
    JOIN (SELECT *, article_id IN (SELECT id FROM new_articles) AS both_new FROM others) AS other
      ON other.hash = mine.hash AND other.article_id <> mine.article_id AND abs(other.day - mine.day) <= $window
)
SELECT one.article_id, other.article_id
FROM (SELECT article_id, other_id, count(*) AS shared FROM shared GROUP BY ALL) AS pair
JOIN nearby AS one ON one.article_id = pair.article_id
JOIN nearby AS other ON other.article_id = pair.other_id
WHERE pair.shared >= $least * least(one.fingerprints, other.fingerprints)
QUALIFY row_number() OVER (
    PARTITION BY one.article_id ORDER BY pair.shared DESC, other.published_at, other.first_seen_at, other.article_id
) <= $most
ORDER BY other.article_id, one.article_id;
