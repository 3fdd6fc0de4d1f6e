-- In which languages were the articles of each month?
CREATE OR REPLACE VIEW language_mix AS
SELECT
    month, language, count(*) AS articles, count(DISTINCT source) AS sources,
    count(*) / sum(count(*)) OVER (PARTITION BY month) AS share
FROM (SELECT CAST(date_trunc('month', day) AS DATE) AS month, language, source FROM article_days)
GROUP BY month, language;
COMMENT ON VIEW language_mix IS 'Articles per month and language.';
COMMENT ON COLUMN language_mix.month IS 'First day of the month, UTC.';
COMMENT ON COLUMN language_mix.language IS 'ISO 639-1 code; empty where it is unknown.';
COMMENT ON COLUMN language_mix.articles IS 'Articles in that language.';
COMMENT ON COLUMN language_mix.sources IS 'Sources that had any.';
COMMENT ON COLUMN language_mix.share IS 'Share of all articles of the month, 0 to 1.';
