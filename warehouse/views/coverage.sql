-- How much was written about a topic, when, and by whom?
CREATE OR REPLACE MACRO coverage(
    query, since := '-infinity', until := 'infinity', in_language := '*', of_sources := '[*]', unique_only := false
) AS TABLE
SELECT about.day, about.source, about.articles, daily.articles AS of_articles, about.articles / daily.articles AS share
FROM (
    SELECT day, source, count(*) AS articles
    FROM matching([query], since := since, until := until, in_language := in_language, of_sources := of_sources,
                  unique_only := unique_only)
    GROUP BY day, source
) AS about
JOIN (SELECT day, source, count(*) AS articles FROM article_days GROUP BY day, source) AS daily USING (day, source)
ORDER BY day, source;
COMMENT ON MACRO TABLE coverage IS 'coverage(query, since := ''-infinity'', until := ''infinity'', in_language := ''*'', of_sources := ''[*]'', unique_only := false): the articles that match a query, per day of publication and source; the query and the options are those of search. Columns: day, source, articles, of_articles (all articles of the source on that day), share (0 to 1). Days and sources without such articles have no row.';
