-- URLs that are known twice, or known and also waiting to be requested.
SELECT url_key::VARCHAR FROM private.known_urls GROUP BY url_key HAVING count(*) > 1
UNION ALL
SELECT url FROM private.frontier WHERE url_key IN (SELECT url_key FROM private.known_urls)
