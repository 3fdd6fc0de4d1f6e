-- Parts of the search index that overlap, postings without a part, or terms without a unique number.
SELECT 'part ' || part || ' begins before the previous part ends'
FROM (SELECT part, first_doc, lag(first_doc + docs) OVER (ORDER BY first_doc) AS before FROM search_index.parts)
WHERE first_doc < before
UNION ALL
SELECT DISTINCT 'part ' || part || ' has postings but does not exist'
FROM search_index.postings WHERE part NOT IN (SELECT part FROM search_index.parts)
UNION ALL
SELECT 'term ' || id || ' exists twice' FROM search_index.terms GROUP BY id HAVING count(*) > 1
