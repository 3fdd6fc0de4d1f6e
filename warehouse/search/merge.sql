SELECT term, times, (parts.first_doc - $first)::INTEGER AS shift, docs
FROM search_index.postings
JOIN (SELECT part, first_doc FROM search_index.parts) AS parts USING (part)
WHERE part IN (SELECT unnest($parts));
