-- Pairs to compare: articles that share enough fingerprints and are close in time. If an article is in very many pairs,
-- originals come first, so that the root of a chain is always found.
SELECT one.article_id, other.article_id
FROM (
    SELECT mine.article_id, theirs.article_id AS other_id, count(*) AS shared
    FROM matched AS mine
    JOIN matched AS theirs
      ON theirs.hash = mine.hash AND theirs.article_id <> mine.article_id
     AND abs(theirs.day - mine.day) <= $window
    WHERE mine.article_id IN (SELECT id FROM new_articles)
      AND (theirs.article_id > mine.article_id OR theirs.article_id NOT IN (SELECT id FROM new_articles))
    GROUP BY ALL
) AS pair
JOIN nearby AS one ON one.article_id = pair.article_id
JOIN nearby AS other ON other.article_id = pair.other_id
WHERE pair.shared >= $least * least(one.fingerprints, other.fingerprints)
QUALIFY row_number() OVER (
    PARTITION BY one.article_id ORDER BY pair.shared DESC, other.published_at, other.first_seen_at, other.article_id
) <= $most
ORDER BY other.article_id, one.article_id;
