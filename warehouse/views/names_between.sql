-- Who and what was named most, by day and source?
CREATE OR REPLACE MACRO names_between(first_day, last_day) AS TABLE
SELECT
    days.day, days.source, names.name, max(names.kind) AS kind, count(*) AS articles,
    count(*) FILTER (names.in_headline) AS headlines, sum(names.times)::BIGINT AS times
FROM (FROM article_days WHERE day BETWEEN first_day AND last_day) AS days
JOIN version_names AS names ON names.doc = days.doc
GROUP BY days.day, days.source, names.name;
COMMENT ON MACRO TABLE names_between IS 'names_between(first_day, last_day): the names in the articles of each day and source. Columns: day, source, name, kind (person, organisation, place, country, or empty), articles, headlines (number of articles with the name in the headline), times.';
