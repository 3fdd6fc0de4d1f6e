-- How many articles are in each section of each publisher?
CREATE OR REPLACE VIEW sections AS
SELECT
    source, section, count(*) AS articles, count(*) / sum(count(*)) OVER (PARTITION BY source) AS share,
    min(day) AS first_day, max(day) AS last_day, CAST(round(avg(word_count)) AS INTEGER) AS mean_words
FROM article_days
GROUP BY source, section;
COMMENT ON VIEW sections IS 'Articles per source and section.';
COMMENT ON COLUMN sections.section IS 'The publisher''s section; empty where it states none.';
COMMENT ON COLUMN sections.articles IS 'Number of articles.';
COMMENT ON COLUMN sections.share IS 'Share of the source''s articles, 0 to 1.';
COMMENT ON COLUMN sections.first_day IS 'Day of the first one, UTC.';
COMMENT ON COLUMN sections.last_day IS 'Day of the last one, UTC.';
COMMENT ON COLUMN sections.mean_words IS 'Mean length in words.';
