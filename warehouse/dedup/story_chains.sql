-- Links each story that has had an article since a day to the earlier story that it continues, if there is one.
CREATE OR REPLACE TEMP TABLE chained AS
WITH near AS (
    SELECT story_id, first_at, last_at, last_at >= $since AS is_recent FROM stories
    WHERE last_at BETWEEN $since - to_days($days) AND $until AND articles > 1
),
strong AS (
    SELECT near.*, term, weight / sqrt(sum(weight::DOUBLE * weight) OVER (PARTITION BY near.story_id)) AS weight
    FROM private.story_terms JOIN near USING (story_id)
    WHERE strong AND day BETWEEN ($since - to_days($days))::DATE AND $until::DATE
),
found AS (
    SELECT later.story_id, earlier.story_id AS previous_id, sum(later.weight * earlier.weight) AS similarity
    FROM strong AS later JOIN strong AS earlier USING (term)
    WHERE later.is_recent AND earlier.first_at < later.first_at AND earlier.last_at < later.last_at
      AND earlier.last_at >= later.first_at - to_days($days)
    GROUP BY ALL
    HAVING similarity >= $least
)
SELECT story_id, arg_max(previous_id, (similarity, previous_id)) AS previous_id, max(similarity) AS similarity
FROM found GROUP BY story_id;
DELETE FROM story_chains
WHERE story_id IN (SELECT story_id FROM stories WHERE last_at BETWEEN $since AND $until)
   OR story_id NOT IN (SELECT story_id FROM stories) OR previous_id NOT IN (SELECT story_id FROM stories);
INSERT INTO story_chains BY NAME
SELECT story_id, previous_id, similarity::FLOAT AS similarity, $method AS method FROM chained ORDER BY story_id;
DROP TABLE temp.chained;
