-- Addresses that are known twice, or known and waiting at once.
SELECT address_key::VARCHAR FROM private.known_addresses GROUP BY address_key HAVING count(*) > 1
UNION ALL
SELECT url FROM private.frontier WHERE address_key IN (SELECT address_key FROM private.known_addresses)
