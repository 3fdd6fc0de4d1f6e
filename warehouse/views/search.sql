-- Which articles are about this? BM25 (Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75) over headline and text.
CREATE OR REPLACE MACRO search(query, top := 20, in_language := NULL, since := NULL) AS TABLE
WITH asked AS MATERIALIZED (SELECT word, id FROM query_terms([query]) WHERE id IS NOT NULL),
corpus AS MATERIALIZED (SELECT sum(docs) AS docs, sum(words) / sum(docs) AS mean_words FROM search_index.parts),
lists AS MATERIALIZED (
    SELECT asked.word, parts.first_doc, postings.times, postings.docs
    FROM search_index.postings AS postings
    JOIN asked ON asked.id = postings.term
    JOIN search_index.parts AS parts USING (part)
),
weights AS (
    SELECT word, ln(1 + greatest(corpus.docs - sum(len(lists.docs)) + 0.5, 0) / (sum(len(lists.docs)) + 0.5)) AS weight
    FROM lists, corpus
    GROUP BY word, corpus.docs
),
hits AS (
    SELECT word, doc, sum(times) AS times
    FROM (SELECT word, times, first_doc + unnest(docs) AS doc FROM lists)
    GROUP BY word, doc
),
scored AS (
    SELECT
        hits.doc, count(*) AS words,
        sum(weights.weight * hits.times * 2.2
            / (hits.times + 1.2 * (0.25 + 0.75 * version.word_count / corpus.mean_words))) AS score
    FROM hits
    JOIN weights USING (word)
    JOIN article_versions AS version ON version.doc = hits.doc
    CROSS JOIN corpus
    WHERE (in_language IS NULL OR version.language = in_language)
      AND (since IS NULL OR coalesce(version.published_at, version.seen_at) >= since)
    GROUP BY hits.doc
),
best AS MATERIALIZED (
    SELECT scored.doc, scored.score, scored.words, state.article_id, state.url, state.source
    FROM scored
    JOIN article_state AS state ON state.doc = scored.doc  -- the current versions
    ORDER BY scored.score DESC, scored.doc DESC
    LIMIT top
),
pattern AS (
    SELECT '(?is)^.*?(.{0,80}(?:^|[^\p{L}\p{M}\p{N}])(?:' || string_agg(DISTINCT words.stem, '|') || ').{0,120})' AS around
    FROM (SELECT unnest([word, term]) AS stem FROM query_terms([query]) WHERE id IS NOT NULL) AS words
)
SELECT
    best.article_id, round(best.score, 4) AS score, best.words AS words_found,
    coalesce(version.published_at, version.seen_at) AS published_at, best.source, version.language, version.title,
    trim(replace(coalesce(
        nullif(regexp_extract(version.text, pattern.around, 1), ''), version.text[1:200]), chr(10), ' ')) AS snippet,
    best.url
FROM best
CROSS JOIN pattern
JOIN article_versions AS version ON version.doc = best.doc
ORDER BY score DESC, published_at DESC;
COMMENT ON MACRO TABLE search IS 'search(query, top := 20, in_language := NULL, since := NULL): the articles with the best match for the words of a query, newest first on ties. Words are compared by their stems, accents aside; an article need not have all of them. in_language (ISO 639-1) and since (a time) restrict the answer. Columns: article_id, score (BM25), words_found (how many words of the query it has), published_at (or else first sight, UTC), source, language, title, snippet (the text around the first match), url.';
