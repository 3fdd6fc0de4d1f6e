-- The articles, with their days, of each fingerprint that many have had in the last months and that is not known as common.
-- Fingerprints that become common within days are found when new articles arrive; these are of sites that publish little.
WITH frequent AS (
    SELECT hash
    FROM private.fingerprints
    WHERE day >= $since AND hash NOT IN (SELECT hash FROM private.common_fingerprints)
    GROUP BY hash
    HAVING count(*) >= $many
), holders AS (
    SELECT prints.hash, prints.article_id, prints.day,
           -- Copies of one report at several sites; one site has a frame around several.
           CASE WHEN state.duplicate_kind = 'copy' AND original.source <> state.source
                THEN original.article_id ELSE state.article_id END AS report
    FROM private.fingerprints AS prints
    JOIN frequent USING (hash)
    JOIN article_state AS state ON state.article_id = prints.article_id
    LEFT JOIN article_state AS original ON original.article_id = state.duplicate_of
    WHERE prints.day >= $since
)
SELECT list(day ORDER BY day, article_id), list(article_id ORDER BY day, article_id)
FROM holders
GROUP BY hash
HAVING count(DISTINCT report) >= $many
ORDER BY hash;
