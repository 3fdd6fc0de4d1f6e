SELECT term, CASE WHEN times < 3 THEN times WHEN times < 5 THEN 3 WHEN times < 9 THEN 5 ELSE 9 END::UTINYINT AS times, doc
FROM (
    SELECT ids.id AS term, tokens.doc::INTEGER AS doc, sum(tokens.times) AS times
    FROM tokens
    JOIN ids USING (key)
    GROUP BY ids.id, tokens.doc
)
ORDER BY ALL;
