-- Who and what was named most in the last 30 days? An archive of past years is as old as its latest article.
CREATE OR REPLACE VIEW top_names AS
WITH newest AS (
    -- Some publishers state days to come.
    SELECT max(day) AS day FROM article_days WHERE day <= (SELECT max(day_of(first_seen_at)) FROM article_state)
)
SELECT
    name, max(kind) AS kind, sum(articles)::BIGINT AS articles, sum(headlines)::BIGINT AS headlines,
    count(DISTINCT source) AS sources
FROM names_between((SELECT day - 29 FROM newest), (SELECT day FROM newest))
GROUP BY name
ORDER BY articles DESC, name;
COMMENT ON VIEW top_names IS 'The names in the articles of the 30 days until the latest article, the most frequent first.';
COMMENT ON COLUMN top_names.name IS 'The name.';
COMMENT ON COLUMN top_names.kind IS 'person, organisation, place, country, or empty if unknown.';
COMMENT ON COLUMN top_names.articles IS 'Number of articles that have the name.';
COMMENT ON COLUMN top_names.headlines IS 'Number of articles that have it in the headline, too.';
COMMENT ON COLUMN top_names.sources IS 'Number of sources of these articles.';
