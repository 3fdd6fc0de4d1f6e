-- Stories of the time that have strong terms in common with new articles; and pairs of new articles that have.
SELECT mine.node, story.story_id, NULL AS other
FROM node_terms AS mine
JOIN private.story_terms AS story ON story.term = mine.term
WHERE mine.strong AND story.strong AND story.day BETWEEN $first AND $last
GROUP BY ALL
HAVING sum(mine.weight::BIGINT * story.weight) >= $least
UNION ALL
SELECT mine.node, NULL, theirs.node
FROM node_terms AS mine
JOIN node_terms AS theirs ON theirs.term = mine.term AND theirs.node > mine.node
WHERE mine.strong AND theirs.strong
GROUP BY ALL
HAVING sum(mine.weight::BIGINT * theirs.weight) >= $least;
