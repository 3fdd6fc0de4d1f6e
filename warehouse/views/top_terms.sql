-- What was each day about, that the weeks before were not? The last 92 days; `top_terms_between` answers for others.
CREATE OR REPLACE VIEW top_terms AS
WITH newest AS (SELECT max(day_of(first_seen_at)) AS day FROM article_state)
FROM top_terms_between((SELECT day - 91 FROM newest), (SELECT day FROM newest));
COMMENT ON VIEW top_terms IS 'The 50 words of each of the last 92 days that stand in more headlines than in the four weeks before.';
COMMENT ON COLUMN top_terms.day IS 'Day of publication, UTC.';
COMMENT ON COLUMN top_terms.rank IS '1 for the word with the highest score of the day.';
COMMENT ON COLUMN top_terms.word IS 'The word, in lower case.';
COMMENT ON COLUMN top_terms.articles IS 'Headlines of the day that have it (at least 3).';
COMMENT ON COLUMN top_terms.daily_before IS 'Mean number of headlines a day that had it, over those of the 28 days before that the warehouse has headlines of.';
COMMENT ON COLUMN top_terms.score IS '(articles - daily_before) / sqrt(daily_before + 1): as many standard deviations as chance would have to explain, if words came by chance.';
