-- Who is named together with someone?
CREATE OR REPLACE MACRO named_with(person) AS TABLE
WITH with_person AS MATERIALIZED (
    SELECT DISTINCT doc FROM version_names WHERE lower(name) = lower(person)
    INTERSECT SELECT doc FROM article_state
)
SELECT
    names.name, max(names.kind) AS kind, count(*) AS articles, count(*) / (SELECT count(*) FROM with_person) AS share
FROM version_names AS names
JOIN with_person USING (doc)
WHERE lower(names.name) <> lower(person)
GROUP BY names.name
ORDER BY articles DESC, names.name;
COMMENT ON MACRO TABLE named_with IS 'named_with(person): the other names in the articles that have a name, in upper or lower case. Columns: name, kind, articles (with both), share (of the articles with the name, 0 to 1).';
