-- Which articles match a query? No default is NULL or a list, which DuckLake cannot store.
CREATE OR REPLACE MACRO matching(
    queries, since := '-infinity', until := 'infinity', in_language := '*', of_sources := '[*]', unique_only := false
) AS TABLE
FROM matching_parsed(
    (SELECT list(parsed) FROM parse_query(queries) AS parsed), since, until, in_language, of_sources, unique_only);
COMMENT ON MACRO TABLE matching IS 'matching(queries, since := ''-infinity'', until := ''infinity'', in_language := ''*'', of_sources := ''[*]'', unique_only := false): the articles that match each query in a list; docs/querying.md describes the language. since and until (times; until is not included) restrict the publication, in_language (ISO 639-1) the language, of_sources (a list) the sources; unique_only leaves out copies. Columns: term (the query), article_id, source, day, published_at (or first sight, UTC), language, doc, word_count.';
