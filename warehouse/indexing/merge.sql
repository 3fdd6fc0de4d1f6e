-- The postings of several parts as those of one, without the versions that are gone.
SELECT term, times, (doc - $first)::INTEGER AS doc
FROM (
    SELECT term, times, parts.first_doc + unnest(postings.docs) AS doc
    FROM search_index.postings
    JOIN search_index.parts USING (part)
    WHERE part IN (SELECT unnest($parts))
)
WHERE doc NOT IN (SELECT unnest($gone::UINTEGER[]))
ORDER BY ALL;
