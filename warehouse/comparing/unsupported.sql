-- Pairs whose articles share too few fingerprints, now that some of them are known to be common.
SELECT pair.article_id, pair.original_id
FROM (
    SELECT article_id, original_id, day, original_day FROM duplicates
    WHERE day BETWEEN $first AND $last
      AND article_id IN (SELECT article_id FROM suspects) AND original_id IN (SELECT article_id FROM suspects)
) AS pair
LEFT JOIN (
    SELECT article_id, list(hash) FILTER (hash NOT IN (SELECT hash FROM private.common_fingerprints)) AS hashes,
           count(*) AS many
    FROM private.fingerprints
    WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id FROM suspects)
    GROUP BY article_id
) AS one ON one.article_id = pair.article_id
LEFT JOIN (
    SELECT article_id, list(hash) FILTER (hash NOT IN (SELECT hash FROM private.common_fingerprints)) AS hashes,
           count(*) AS many
    FROM private.fingerprints
    WHERE day BETWEEN $first AND $last AND article_id IN (SELECT article_id FROM suspects)
    GROUP BY article_id
) AS other ON other.article_id = pair.original_id
WHERE len(list_intersect(coalesce(one.hashes, []), coalesce(other.hashes, []))) < greatest(1, $least * least(one.many, other.many));
