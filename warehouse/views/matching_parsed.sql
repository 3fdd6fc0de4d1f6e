-- Which articles match a query? The index says which articles have the words; only phrases and title: are checked on the
-- articles themselves, and only where the answer depends on it.
CREATE OR REPLACE MACRO matching_parsed(
    rows_of_parse_query, since, until, in_language, of_sources, unique_only
) AS TABLE
WITH parsed AS MATERIALIZED (SELECT unnest(rows_of_parse_query, max_depth := 2)),
words AS MATERIALIZED (SELECT DISTINCT query, leaf, field, value, unnest(words) AS word FROM parsed),
bits AS MATERIALIZED (
    SELECT query, word, CASE
        WHEN bit < 64 THEN CAST(1 AS UBIGINT) << bit
        ELSE error('query: a query has at most 64 words (or pairs of Chinese, Japanese or Thai characters): ' || query)
    END AS bit
    FROM (
        SELECT query, word, CAST(row_number() OVER (PARTITION BY query ORDER BY word) - 1 AS UBIGINT) AS bit
        FROM (SELECT DISTINCT query, word FROM words)
    )
),
terms AS MATERIALIZED (FROM word_terms((SELECT list(DISTINCT word) FROM words))),
-- A headline is compared word by word, by all forms that the index knows.
title_words AS (SELECT DISTINCT word FROM words WHERE field = 'title'),
forms AS (
    SELECT word, ' ' || term || ' ' AS form FROM terms SEMI JOIN title_words USING (word) WHERE NOT ends_with(word, '*')
    UNION
    SELECT known.word, ' ' || stems.word || ' '
    FROM (FROM terms SEMI JOIN title_words USING (word) WHERE NOT ends_with(word, '*')) AS known
    JOIN search_index.words AS stems ON stems.term = known.term
    UNION
    SELECT word, ' ' || rtrim(word, '*') FROM title_words WHERE ends_with(word, '*')
),
title_tests AS (
    SELECT query, leaf, list(any_form) AS tests
    FROM (
        SELECT
            words.query, words.leaf, words.word,
            CASE
                WHEN is_unsegmented(words.value) THEN [words.word]
                ELSE coalesce(list(forms.form) FILTER (forms.form IS NOT NULL), [])
            END AS any_form
        FROM words
        LEFT JOIN forms USING (word)
        WHERE words.field = 'title'
        GROUP BY words.query, words.leaf, words.word, words.value
    )
    GROUP BY query, leaf
),
leaves AS MATERIALIZED (
    SELECT
        parsed.query, any_value(parsed.postfix) AS postfix,
        list({
            'field': parsed.field,
            'value': parsed.value,
            'needs': needs.needs,
            'checked': parsed.form = 'phrase' OR parsed.field = 'title',
            'tests': CASE
                WHEN parsed.form = 'phrase' THEN [[
                    CASE WHEN is_unsegmented(phrase[1]) THEN '' ELSE ' ' END || phrase
                    || CASE WHEN is_unsegmented(phrase[-1]) THEN '' ELSE ' ' END]]
                ELSE title_tests.tests
            END
        } ORDER BY parsed.leaf) AS leaves
    FROM (SELECT *, trim(plain_words(value)) AS phrase FROM parsed) AS parsed
    LEFT JOIN title_tests USING (query, leaf)
    LEFT JOIN (
        SELECT query, leaf, bit_or(bit) AS needs FROM words JOIN bits USING (query, word) GROUP BY query, leaf
    ) AS needs USING (query, leaf)
    GROUP BY parsed.query
),
-- Without an article that has any of the words, does the query still hold somewhere? NOT alone, or a filter alone.
open AS MATERIALIZED (
    SELECT query FROM leaves
    WHERE query_holds(postfix, array_to_string(list_transform(leaves,
        lambda leaf: CASE WHEN leaf.field IN ('source', 'lang') THEN '1' ELSE '0' END), '')) <> '0'
),
-- As one list first: DuckDB then expects few articles, and looks these up instead of reading all.
lists AS MATERIALIZED (
    SELECT unnest(found, max_depth := 2)
    FROM (
        SELECT list({'query': bits.query, 'bit': bits.bit, 'first_doc': parts.first_doc, 'docs': postings.docs}) AS found
        FROM search_index.postings AS postings
        JOIN (SELECT DISTINCT query, bit, id FROM bits JOIN terms USING (word)) AS bits ON bits.id = postings.term
        JOIN search_index.parts AS parts USING (part)
    )
),
-- Words without which the query cannot hold: articles without the rarest of these need no look.
rarest AS MATERIALIZED (
    SELECT query, arg_min(bit, holders) AS bit
    FROM (
        SELECT bits.query, bits.bit, coalesce(sum(len(lists.docs)), 0) AS holders
        FROM bits
        JOIN (
            SELECT query, bit_or(leaves[number].needs) AS needs
            FROM (SELECT *, unnest(range(1, len(leaves) + 1)) AS number FROM leaves)
            WHERE query_holds(postfix, array_to_string(list_transform(
                range(1, len(leaves) + 1), lambda other: CASE WHEN other = number THEN '0' ELSE '1' END), '')) = '0'
            GROUP BY query
        ) AS required ON required.query = bits.query AND required.needs & bits.bit <> 0
        LEFT JOIN lists ON lists.query = bits.query AND lists.bit = bits.bit
        GROUP BY bits.query, bits.bit
    )
    GROUP BY query
),
candidates AS MATERIALIZED (
    SELECT DISTINCT query, first_doc + unnest(docs) AS doc FROM lists SEMI JOIN rarest USING (query, bit)
),
hits AS (
    SELECT query, bit, doc
    FROM (SELECT query, bit, first_doc + unnest(docs) AS doc FROM lists SEMI JOIN rarest USING (query))
    SEMI JOIN candidates USING (query, doc)
    UNION ALL
    SELECT query, bit, first_doc + unnest(docs) AS doc FROM lists ANTI JOIN rarest USING (query)
),
masks AS MATERIALIZED (SELECT query, doc, bit_or(bit) AS mask FROM hits GROUP BY query, doc),
-- Materialised, so that the few articles of a rare word are looked up, and not all articles joined with their versions.
current_articles AS MATERIALIZED (
    SELECT masks.query, masks.mask, state.doc, state.article_id, state.source, state.first_seen_at, state.duplicate_kind
    FROM masks
    ANTI JOIN open USING (query)
    JOIN article_state AS state ON state.doc = masks.doc
    UNION ALL
    SELECT open.query, coalesce(masks.mask, 0), state.doc, state.article_id, state.source, state.first_seen_at,
        state.duplicate_kind
    FROM open
    CROSS JOIN article_state AS state
    LEFT JOIN masks ON masks.query = open.query AND masks.doc = state.doc
),
seen AS MATERIALIZED (
    SELECT
        current.query, current.mask, current.doc, current.article_id, current.source, version.language,
        coalesce(version.published_at, current.first_seen_at) AS published_at, version.word_count
    FROM current_articles AS current
    JOIN article_versions AS version ON version.doc = current.doc
    -- The values that mean everything are not compared with, so that they leave no filter in the plan.
    WHERE (coalesce(CAST(since AS VARCHAR), '-infinity') = '-infinity'
           OR coalesce(version.published_at, current.first_seen_at) >= CAST(since AS TIMESTAMPTZ))
      AND (coalesce(CAST(until AS VARCHAR), 'infinity') = 'infinity'
           OR coalesce(version.published_at, current.first_seen_at) < CAST(until AS TIMESTAMPTZ))
      AND (coalesce(in_language, '*') = '*' OR version.language = in_language)
      AND (coalesce(CAST(of_sources AS VARCHAR), '[*]') = '[*]'
           OR list_contains(CAST(of_sources AS VARCHAR[]), current.source))
      AND (NOT unique_only OR current.duplicate_kind IS DISTINCT FROM 'copy')
),
-- The index decides for all articles with the same words, source and language at once.
kinds AS (
    SELECT kinds.*, query_holds(leaves.postfix, array_to_string(list_transform(leaves.leaves, lambda leaf: CASE
        WHEN leaf.field = 'source' THEN CASE WHEN lower(source) = leaf.value THEN '2' ELSE '0' END
        WHEN leaf.field = 'lang' THEN CASE WHEN language = leaf.value THEN '2' ELSE '0' END
        WHEN mask & leaf.needs <> leaf.needs THEN '0'
        WHEN leaf.checked THEN '1'
        ELSE '2'
    END), '')) AS holds
    FROM (SELECT DISTINCT query, mask, source, coalesce(language, '') AS language FROM seen) AS kinds
    JOIN leaves USING (query)
),
evaluated AS MATERIALIZED (
    SELECT seen.*, kinds.holds
    FROM seen
    JOIN kinds ON kinds.query = seen.query AND kinds.mask = seen.mask AND kinds.source = seen.source
        AND kinds.language = coalesce(seen.language, '')
    WHERE kinds.holds <> '0'
),
-- A headline often decides, and costs less to read than a text.
by_title AS MATERIALIZED (
    SELECT evaluated.* EXCLUDE (holds), leaves.leaves, leaves.postfix, plain_words(version.title) AS headline,
        array_to_string(list_transform(leaves.leaves, lambda leaf: CASE
            WHEN leaf.field = 'source' THEN CASE WHEN lower(evaluated.source) = leaf.value THEN '2' ELSE '0' END
            WHEN leaf.field = 'lang' THEN CASE WHEN evaluated.language = leaf.value THEN '2' ELSE '0' END
            WHEN evaluated.mask & leaf.needs <> leaf.needs THEN '0'
            WHEN NOT leaf.checked THEN '2'
            WHEN list_bool_and(list_transform(leaf.tests, lambda test:
                list_bool_or(list_transform(test, lambda form: contains(headline, form))))) THEN '2'
            WHEN leaf.field = 'title' THEN '0'
            ELSE '1'
        END), '') AS verdicts,
        query_holds(leaves.postfix, verdicts) AS holds
    FROM evaluated
    JOIN leaves USING (query)
    JOIN article_versions AS version ON version.doc = evaluated.doc
    WHERE evaluated.holds = '1'
),
by_text AS (
    SELECT query, doc
    FROM (
        SELECT
            by_title.query, by_title.doc, by_title.verdicts, by_title.postfix, by_title.leaves,
            strip_accents(lower(nfc_normalize(version.text))) AS line
        FROM (FROM by_title WHERE holds = '1') AS by_title
        JOIN version_texts((SELECT list(doc) FROM by_title WHERE holds = '1')) AS version USING (doc)
    )
    WHERE query_holds(postfix, array_to_string(list_transform(
        range(1, len(leaves) + 1),
        lambda number: CASE
            WHEN verdicts[number] <> '1' THEN verdicts[number]
            -- Mostly there is one space between two words, which is found at a twentieth of the cost.
            WHEN contains(line, leaves[number].tests[1][1]) THEN '2'
            WHEN contains(plain_words(line), leaves[number].tests[1][1]) THEN '2'
            ELSE '0'
        END), '')) = '2'
)
SELECT query AS term, article_id, source, day_of(published_at) AS day, published_at, language, doc, word_count
FROM (
    FROM (FROM evaluated WHERE holds = '2')
    UNION ALL BY NAME
    SELECT query, article_id, source, published_at, language, doc, mask, word_count, holds FROM by_title WHERE holds = '2'
    UNION ALL BY NAME
    SELECT query, article_id, source, published_at, language, doc, mask, word_count, '2' AS holds
    FROM by_title SEMI JOIN by_text USING (query, doc)
);
COMMENT ON MACRO TABLE matching_parsed IS 'matching_parsed(rows_of_parse_query, since, until, in_language, of_sources, unique_only): the same as matching, for queries that parse_query has read; the rows are a list of structs.';
