-- Which articles with all words of a query match it best? BM25 (Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75) over headline and text.
CREATE OR REPLACE MACRO search(query, top := 20, in_language := NULL, since := NULL) AS TABLE
WITH words AS MATERIALIZED (SELECT word, term, id FROM query_terms([query])),
asked AS MATERIALIZED (FROM words WHERE id IS NOT NULL),
corpus AS MATERIALIZED (SELECT sum(docs) AS docs, sum(words) / sum(docs) AS mean_words FROM search_index.parts),
lists AS MATERIALIZED (
    SELECT asked.word, parts.first_doc, postings.times, postings.docs
    FROM search_index.postings AS postings
    JOIN asked ON asked.id = postings.term
    JOIN search_index.parts AS parts USING (part)
),
frequencies AS (SELECT word, sum(len(docs)) AS holders FROM lists GROUP BY word),
weights AS (
    -- Words in hundreds of thousands of articles say little and cost a lot: if another word is rarer, they do not count
    -- for the score.
    SELECT word, ln(1 + greatest(corpus.docs - holders + 0.5, 0) / (holders + 0.5)) AS weight
    FROM frequencies, corpus
    WHERE holders <= greatest(200000, (SELECT min(holders) FROM frequencies))
),
hits AS (
    SELECT word, doc, sum(times) AS times
    FROM (SELECT word, times, first_doc + unnest(docs) AS doc FROM lists SEMI JOIN weights USING (word))
    GROUP BY word, doc
),
common AS (
    SELECT DISTINCT word, doc
    FROM (SELECT word, first_doc + unnest(docs) AS doc FROM lists ANTI JOIN weights USING (word))
    SEMI JOIN hits USING (doc)
),
whole AS (
    SELECT doc, count(*) AS words
    FROM (SELECT word, doc FROM hits UNION ALL SELECT word, doc FROM common)
    GROUP BY doc
    HAVING count(*) = (SELECT count(DISTINCT word) FROM words)
),
scored AS (
    SELECT
        hits.doc, any_value(whole.words) AS words,
        sum(weights.weight * hits.times * 2.2
            / (hits.times + 1.2 * (0.25 + 0.75 * version.word_count / corpus.mean_words))) AS score
    FROM hits
    JOIN whole USING (doc)
    JOIN weights USING (word)
    JOIN article_versions AS version ON version.doc = hits.doc
    CROSS JOIN corpus
    WHERE (in_language IS NULL OR version.language = in_language)
      AND (since IS NULL OR coalesce(version.published_at, version.seen_at) >= since)
    GROUP BY hits.doc
),
best AS MATERIALIZED (
    SELECT doc, score, words, row_number() OVER (ORDER BY score DESC, doc DESC) AS rank
    FROM (
        -- The current versions only; more candidates than needed, because some of the best may be old versions.
        FROM (FROM scored ORDER BY score DESC, doc DESC LIMIT 2 * top + 100) AS candidates
        SEMI JOIN article_state AS state ON state.doc = candidates.doc
        ORDER BY score DESC, doc DESC
        LIMIT top
    )
),
-- The first twenty each by itself, `version_of` says why; further ones by a join, and without their texts.
picks AS MATERIALIZED (SELECT list(doc ORDER BY rank) AS docs FROM best),
versions AS (
    FROM version_of((SELECT docs[1] FROM picks))
    UNION ALL FROM version_of((SELECT docs[2] FROM picks))
    UNION ALL FROM version_of((SELECT docs[3] FROM picks))
    UNION ALL FROM version_of((SELECT docs[4] FROM picks))
    UNION ALL FROM version_of((SELECT docs[5] FROM picks))
    UNION ALL FROM version_of((SELECT docs[6] FROM picks))
    UNION ALL FROM version_of((SELECT docs[7] FROM picks))
    UNION ALL FROM version_of((SELECT docs[8] FROM picks))
    UNION ALL FROM version_of((SELECT docs[9] FROM picks))
    UNION ALL FROM version_of((SELECT docs[10] FROM picks))
    UNION ALL FROM version_of((SELECT docs[11] FROM picks))
    UNION ALL FROM version_of((SELECT docs[12] FROM picks))
    UNION ALL FROM version_of((SELECT docs[13] FROM picks))
    UNION ALL FROM version_of((SELECT docs[14] FROM picks))
    UNION ALL FROM version_of((SELECT docs[15] FROM picks))
    UNION ALL FROM version_of((SELECT docs[16] FROM picks))
    UNION ALL FROM version_of((SELECT docs[17] FROM picks))
    UNION ALL FROM version_of((SELECT docs[18] FROM picks))
    UNION ALL FROM version_of((SELECT docs[19] FROM picks))
    UNION ALL FROM version_of((SELECT docs[20] FROM picks))
    UNION ALL
    SELECT version.doc, state.article_id, coalesce(version.published_at, version.seen_at), state.source,
           version.language, version.title, NULL, state.url
    FROM (FROM best WHERE rank > 20) AS further
    JOIN article_versions AS version ON version.doc = further.doc
    JOIN article_state AS state ON state.doc = further.doc
),
needles AS (  -- how the words may start in a text
    SELECT list(DISTINCT ' ' || beginning) AS beginnings
    FROM (SELECT unnest([word, term]) AS beginning FROM asked)
),
places AS (
    SELECT * EXCLUDE (text), ' ' || replace(text, chr(10), ' ') AS line, coalesce(list_min(list_filter(
        list_transform(needles.beginnings, lambda beginning: strpos(lower(line), beginning)),
        lambda found: found > 0)), 1) AS place
    FROM versions CROSS JOIN needles
)
SELECT
    places.article_id, round(best.score, 4) AS score, best.words AS words_found, places.published_at, places.source,
    places.language, places.title,
    -- Some words before and after the first match; words cut in two at the edges are left out.
    trim(regexp_replace(regexp_replace(
        line[greatest(place - 60, 1) : place + 140],
        CASE WHEN place > 61 THEN '^\S{0,20}\s' ELSE '^$' END, ''),
        CASE WHEN length(line) > place + 140 THEN '\s\S{0,20}$' ELSE '^$' END, '')) AS snippet,
    places.url
FROM best
JOIN places USING (doc)
ORDER BY score DESC, places.published_at DESC, best.doc DESC;
COMMENT ON MACRO TABLE search IS 'search(query, top := 20, in_language := NULL, since := NULL): the articles that contain all words of a query, as coverage counts them; the best match first, newest first on ties. Words are compared by stem, ignoring accents. There are no operators: quotes, AND, OR, NOT, + or - before a word, * and brackets are an error. in_language (ISO 639-1) and since (a time) restrict the result. Columns: article_id, score (BM25), words_found (number of words of the query), published_at (or first sight, UTC), source, language, title, snippet (the text around the first match, for the first 20 articles), url.';
