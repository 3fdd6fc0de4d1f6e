-- Every article that shares a fingerprint with the new ones, in one range of days; includes the new ones.
INSERT INTO matched
SELECT hash, article_id, day
FROM private.fingerprints
WHERE day BETWEEN $first AND $last AND hash IN (SELECT hash FROM prints);
