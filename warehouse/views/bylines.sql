-- Who writes how much, for whom, and when? A person is a name as printed, per source: two people with the same name at two
-- newspapers stay two.
CREATE OR REPLACE VIEW bylines AS
SELECT
    author, source, count(*) AS articles,
    min(day) AS first_day, max(day) AS last_day, CAST(round(avg(word_count)) AS INTEGER) AS mean_words
FROM (
    SELECT unnest(version.authors) AS author, days.source, days.day, days.word_count
    FROM article_days AS days
    JOIN article_versions AS version ON version.doc = days.doc
)
GROUP BY author, source;
COMMENT ON VIEW bylines IS 'Articles per author and source; an article by two authors counts for both.';
COMMENT ON COLUMN bylines.author IS 'Name as printed.';
COMMENT ON COLUMN bylines.articles IS 'Number of articles with this byline.';
COMMENT ON COLUMN bylines.first_day IS 'Day of the first one, UTC.';
COMMENT ON COLUMN bylines.last_day IS 'Day of the last one, UTC.';
COMMENT ON COLUMN bylines.mean_words IS 'Mean length in words.';
