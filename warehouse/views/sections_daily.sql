-- How many articles of each section did each source publish, day by day?
CREATE OR REPLACE VIEW sections_daily AS
SELECT
    day, source, section, count(*) AS articles, count(*) / sum(count(*)) OVER (PARTITION BY source, day) AS share
FROM article_days
GROUP BY day, source, section;
COMMENT ON VIEW sections_daily IS 'Articles per day, source and section.';
COMMENT ON COLUMN sections_daily.day IS 'Day of publication, UTC.';
COMMENT ON COLUMN sections_daily.section IS 'The publisher''s section; empty where it states none.';
COMMENT ON COLUMN sections_daily.articles IS 'Number of articles.';
COMMENT ON COLUMN sections_daily.share IS 'Share of the source''s articles of that day, 0 to 1.';
