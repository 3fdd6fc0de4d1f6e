-- Fingerprints of many different articles in the last months, with these articles. Fingerprints that become common within
-- days are found when new articles arrive; these are of sites that publish little.
WITH frequent AS (
    SELECT hash
    FROM private.fingerprints
    WHERE day >= $since AND hash NOT IN (SELECT hash FROM private.common_fingerprints)
    GROUP BY hash
    HAVING count(*) >= $many
), holders AS (
    SELECT prints.hash, prints.article_id, prints.day,
           CASE WHEN state.duplicate_kind = 'copy' THEN state.duplicate_of ELSE state.article_id END AS report
    FROM private.fingerprints AS prints
    JOIN frequent USING (hash)
    JOIN article_state AS state ON state.article_id = prints.article_id
    WHERE prints.day >= $since
)
SELECT hash, article_id, day
FROM holders
WHERE hash IN (SELECT hash FROM holders GROUP BY hash HAVING count(DISTINCT report) >= $many);
