-- The search index: parts that overlap, postings of no part, terms without a number of their own.
SELECT 'part ' || part || ' begins before the one before it ends'
FROM (SELECT part, first_doc, lag(first_doc + docs) OVER (ORDER BY first_doc) AS before FROM search_index.parts)
WHERE first_doc < before
UNION ALL
SELECT DISTINCT 'part ' || part || ' has postings and is not there'
FROM search_index.postings WHERE part NOT IN (SELECT part FROM search_index.parts)
UNION ALL
SELECT 'term ' || id || ' is there twice' FROM search_index.terms GROUP BY id HAVING count(*) > 1
