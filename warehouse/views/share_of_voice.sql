-- How much is written about each of several names or topics?
CREATE OR REPLACE MACRO share_of_voice(
    queries, since := '-infinity', until := 'infinity', in_language := '*', of_sources := '[*]', unique_only := false
) AS TABLE
SELECT day, term, count(*) AS articles, count(*) / sum(count(*)) OVER (PARTITION BY day) AS share
FROM matching(queries, since := since, until := until, in_language := in_language, of_sources := of_sources,
              unique_only := unique_only)
GROUP BY day, term
ORDER BY day, articles DESC, term;
COMMENT ON MACRO TABLE share_of_voice IS 'share_of_voice(queries, since := ''-infinity'', until := ''infinity'', in_language := ''*'', of_sources := ''[*]'', unique_only := false): the articles that match each query in a list, per day of publication, and the share of each query; queries and options are those of search. Columns: day, term (the query), articles, share (0 to 1). An article that matches two queries counts for both.';
