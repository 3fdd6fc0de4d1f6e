SELECT term, times, (doc + first_doc - $first)::USMALLINT AS doc
FROM (
    SELECT term, times, unnest(postings.docs) AS doc, parts.first_doc
    FROM search_index.postings
    JOIN search_index.parts USING (part)
    WHERE part IN (SELECT unnest($parts))
)
ORDER BY ALL;
