-- What is known of the articles that share fingerprints with the new ones, in one run of days.
INSERT INTO nearby
SELECT * FROM private.indexed_articles
WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id FROM matched);
