-- The index rows of the articles that share fingerprints with the new ones, in one range of days.
INSERT INTO nearby
SELECT * FROM private.indexed_articles
WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id FROM matched);
