-- Of several names or topics, which is written about how much?
CREATE OR REPLACE MACRO share_of_voice(terms) AS TABLE
SELECT day, term, count(*) AS articles, count(*) / sum(count(*)) OVER (PARTITION BY day) AS share
FROM matching(terms)
GROUP BY day, term
ORDER BY day, articles DESC, term;
COMMENT ON MACRO TABLE share_of_voice IS 'share_of_voice(terms): articles about each of a list of terms per day of publication, and the share of each in the mentions of all of them. Columns: day, term, articles, share (0 to 1). An article about two of them counts for both.';
