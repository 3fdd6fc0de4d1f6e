SELECT stems.key, terms.id FROM stems JOIN search_index.terms AS terms USING (term) ORDER BY ALL;
