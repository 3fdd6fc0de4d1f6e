-- How much was written about a term, when, and by whom?
CREATE OR REPLACE MACRO coverage(term) AS TABLE
SELECT about.day, about.source, about.articles, daily.articles AS of_articles, about.articles / daily.articles AS share
FROM (SELECT day, source, count(*) AS articles FROM matching([term]) GROUP BY day, source) AS about
JOIN (SELECT day, source, count(*) AS articles FROM article_days GROUP BY day, source) AS daily USING (day, source)
ORDER BY day, source;
COMMENT ON MACRO TABLE coverage IS 'coverage(term): articles that contain all words of a term, per day of publication and source. Columns: day, source, articles, of_articles (all articles of the source on that day), share (0 to 1). Days and sources without such articles have no row.';
