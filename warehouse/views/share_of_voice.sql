-- How much is written about each of several names or topics?
CREATE OR REPLACE MACRO share_of_voice(terms) AS TABLE
SELECT day, term, count(*) AS articles, count(*) / sum(count(*)) OVER (PARTITION BY day) AS share
FROM matching(terms)
GROUP BY day, term
ORDER BY day, articles DESC, term;
COMMENT ON MACRO TABLE share_of_voice IS 'share_of_voice(terms): articles about each term in a list per day of publication, and its share of the articles about all of them. Columns: day, term, articles, share (0 to 1). An article about two terms counts for both.';
