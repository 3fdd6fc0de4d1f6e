-- Which people, organisations, places and countries does each article name?
CREATE OR REPLACE VIEW mentions AS
SELECT
    state.article_id, state.source, names.name, names.kind, names.country, names.times, names.in_headline, names.about,
    names.doc
FROM version_names AS names
JOIN article_state AS state ON state.doc = names.doc;
COMMENT ON VIEW mentions IS 'The names in the current versions of articles, one row per article and name.';
COMMENT ON COLUMN mentions.kind IS 'person, organisation, place, country, or empty if unknown. A country has a row if the article names it, its people or its cities.';
