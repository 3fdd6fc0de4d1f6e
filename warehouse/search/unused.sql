DELETE FROM search_index.terms WHERE id NOT IN (SELECT term FROM search_index.postings);
DELETE FROM search_index.words WHERE term NOT IN (SELECT term FROM search_index.terms);
