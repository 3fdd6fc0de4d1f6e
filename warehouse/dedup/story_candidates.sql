-- Stories of these days that share strong terms with any of the new articles.
INSERT INTO candidate_stories
SELECT DISTINCT story_id
FROM (
    SELECT story.story_id
    FROM node_terms AS mine
    JOIN private.story_terms AS story ON story.term = mine.term
    WHERE story.strong AND story.day BETWEEN $first AND $last
    GROUP BY mine.node, story.story_id
    HAVING sum(mine.weight::BIGINT * story.weight) >= $least
);
