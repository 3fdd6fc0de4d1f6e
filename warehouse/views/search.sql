-- Which articles match a query best? BM25 (Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75) over headline and text,
-- for the words of the query that are not excluded.
CREATE OR REPLACE MACRO search(
    query, top := 20, in_language := '*', since := '-infinity', until := 'infinity', of_sources := '[*]', unique_only := false
) AS TABLE
WITH parsed AS MATERIALIZED (FROM parse_query([query])),
matches AS MATERIALIZED (
    SELECT doc, word_count, published_at, language
    FROM matching_parsed((SELECT list(parsed) FROM parsed), since, until, in_language, of_sources, unique_only)
),
asked AS MATERIALIZED (
    FROM word_terms((SELECT list(DISTINCT word) FROM (SELECT unnest(words) AS word FROM parsed WHERE positive)))
),
phrases AS MATERIALIZED (
    SELECT trim(lower(value), '"') AS phrase FROM parsed WHERE positive AND form = 'phrase'
),
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
    SEMI JOIN matches USING (doc)
    GROUP BY word, doc
),
scored AS (
    SELECT
        hits.doc, count(*) AS words,
        sum(weights.weight * hits.times * 2.2
            / (hits.times + 1.2 * (0.25 + 0.75 * matches.word_count / corpus.mean_words))) AS score
    FROM hits
    JOIN weights USING (word)
    JOIN matches USING (doc)
    CROSS JOIN corpus
    GROUP BY hits.doc
),
best AS MATERIALIZED (
    SELECT matches.doc, matches.published_at, matches.language, coalesce(score, 0) AS score, coalesce(words, 0) AS words,
        row_number() OVER (ORDER BY score DESC NULLS LAST, matches.doc DESC) AS rank
    FROM matches
    LEFT JOIN scored USING (doc)
    ORDER BY score DESC NULLS LAST, matches.doc DESC
    LIMIT top
),
places_of_texts AS MATERIALIZED (  -- as in version_texts, whose other branches would take 30 ms to plan
    SELECT version.rowid AS place FROM article_versions AS version
    SEMI JOIN (FROM best WHERE rank <= 20) AS first ON first.doc = version.doc
),
texts AS MATERIALIZED (
    SELECT version.doc, version.title, version.text
    FROM article_versions AS version JOIN places_of_texts ON version.rowid = places_of_texts.place
),
places_of_states AS MATERIALIZED (  -- see version_texts
    SELECT state.rowid AS place FROM article_state AS state SEMI JOIN best ON best.doc = state.doc
),
states AS MATERIALIZED (
    SELECT state.doc, state.article_id, state.source, state.url
    FROM article_state AS state JOIN places_of_states ON state.rowid = places_of_states.place
),
versions AS (
    SELECT
        best.doc, states.article_id, best.published_at, states.source, best.language,
        coalesce(texts.title, version.title) AS title, texts.text, states.url
    FROM best
    JOIN states USING (doc)
    LEFT JOIN texts USING (doc)
    LEFT JOIN (  -- without their texts
        SELECT version.doc, version.title FROM article_versions AS version
        SEMI JOIN (FROM best WHERE rank > 20) AS further ON further.doc = version.doc
    ) AS version USING (doc)
),
needles AS (  -- how phrases and words may start in a text
    SELECT
        (SELECT coalesce(list(phrase), []) FROM phrases) AS phrases,
        (SELECT coalesce(list(DISTINCT ' ' || beginning), []) FROM (SELECT unnest([rtrim(word, '*'), term]) AS beginning FROM asked))
            AS beginnings
),
places AS (
    SELECT
        * EXCLUDE (text, phrases, beginnings), ' ' || replace(text, chr(10), ' ') AS line,
        coalesce(list_min(list_filter(list_transform(phrases, lambda phrase: strpos(lower(line), phrase)),
                                      lambda found: found > 0)),
                 list_min(list_filter(list_transform(beginnings, lambda beginning: strpos(lower(line), beginning)),
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
COMMENT ON MACRO TABLE search IS 'search(query, top := 20, in_language := ''*'', since := ''-infinity'', until := ''infinity'', of_sources := ''[*]'', unique_only := false): the articles that match a query, the best match first, newest first on ties. docs/querying.md describes the query language: words (all are required), "a phrase", AND, OR, NOT, -word, brackets, word*, title:, source:, lang:. Words are compared by stem, ignoring accents; phrases exactly. in_language (ISO 639-1), since and until (times; until is not included), of_sources (a list) and unique_only (no copies) restrict the result. Columns: article_id, score (BM25), words_found (number of words of the query), published_at (or first sight, UTC), source, language, title, snippet (the text around the first match, for the first 20 articles), url.';
