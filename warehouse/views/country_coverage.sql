-- Which countries does each source cover?
CREATE OR REPLACE VIEW country_coverage AS
SELECT
    state.source, names.country, any_value(names.name) AS name, count(*) AS mentioned,
    count(*) FILTER (names.about) AS articles,
    count(*) FILTER (names.about) / any_value(totals.articles) AS share
FROM version_names AS names
JOIN article_state AS state ON state.doc = names.doc
JOIN (SELECT source, count(*) AS articles FROM article_state GROUP BY source) AS totals ON totals.source = state.source
WHERE names.kind = 'country'
GROUP BY state.source, names.country;
COMMENT ON VIEW country_coverage IS 'For each source and country: how many articles name it or are about it.';
COMMENT ON COLUMN country_coverage.country IS 'ISO 3166-1 code.';
COMMENT ON COLUMN country_coverage.name IS 'Its name in English.';
COMMENT ON COLUMN country_coverage.mentioned IS 'Number of articles that name it, its people or its cities.';
COMMENT ON COLUMN country_coverage.articles IS 'Number of articles that are about it; an article can be about several.';
COMMENT ON COLUMN country_coverage.share IS 'Share of all articles of the source that are about it, 0 to 1.';
