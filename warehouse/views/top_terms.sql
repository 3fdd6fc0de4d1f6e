-- Which words stand out on each of the last 92 days? Use `top_terms_between` for other days.
CREATE OR REPLACE VIEW top_terms AS
WITH newest AS (SELECT max(day_of(first_seen_at)) AS day FROM article_state)
FROM top_terms_between((SELECT day - 91 FROM newest), (SELECT day FROM newest));
COMMENT ON VIEW top_terms IS 'The 50 words of each of the last 92 days that occur in more headlines than in the four weeks before.';
COMMENT ON COLUMN top_terms.day IS 'Day of publication, UTC.';
COMMENT ON COLUMN top_terms.rank IS '1 for the word with the highest score of the day.';
COMMENT ON COLUMN top_terms.word IS 'The word, in lower case.';
COMMENT ON COLUMN top_terms.articles IS 'Number of headlines of the day with the word (at least 3).';
COMMENT ON COLUMN top_terms.daily_before IS 'Mean daily number of headlines with the word, over those of the previous 28 days that have headlines in the warehouse.';
COMMENT ON COLUMN top_terms.score IS '(articles - daily_before) / sqrt(daily_before + 1): the deviation in standard deviations, if words occurred by chance.';
