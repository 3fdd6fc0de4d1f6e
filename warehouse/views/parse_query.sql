-- What does a query mean? The one parser of the query language. It is SQL, so that whoever opens the file with DuckDB alone
-- gets the same articles as the command line. Operators are sorted out as in Dijkstra's shunting-yard algorithm: the result
-- is in postfix notation, for `query_holds`. NOT binds more closely than AND, and AND more closely than OR.
CREATE OR REPLACE MACRO parse_query(queries) AS TABLE
WITH RECURSIVE asked AS (
    -- Typographic quotation marks and wide spaces count as plain ones.
    SELECT query, regexp_extract_all(
        translate(query, '“”„＂' || chr(12288) || chr(160), '""""  '),
        '\s+|-?(?:[A-Za-z]+:)?"[^"]*"?|-?\(|\)|[^\s()"]+') AS tokens
    FROM (
        -- Each row of a token has the whole query, so 200,000 brackets would take all memory.
        SELECT CASE
            WHEN length(query) > 5000 THEN error(
                'query: character 5001: this is too long: a query has up to 5,000 characters; found ' || length(query)
                || chr(10) || '    …' || regexp_replace(query[4961:5001], '\s', ' ', 'g') || '…'
                || chr(10) || repeat(' ', 45) || '^')
            ELSE query
        END AS query
        FROM (SELECT DISTINCT unnest(queries) AS query)
        WHERE query IS NOT NULL
    )
),
numbered AS (SELECT query, unnest(tokens) AS token, generate_subscripts(tokens, 1) AS number FROM asked),
placed AS (
    SELECT
        query, number, token, regexp_matches(token, '^-[^-]') AS negated,
        CAST(1 + sum(length(token)) OVER (PARTITION BY query ORDER BY number) - length(token) AS INTEGER) AS place
    FROM numbered
),
bare AS (
    SELECT *, CASE WHEN negated THEN token[2:] ELSE token END AS bare, place + CAST(negated AS INTEGER) AS bare_place
    FROM placed
),
prefixed AS (SELECT *, lower(regexp_extract(bare, '^([A-Za-z]+):', 1)) AS prefix FROM bare),
fielded AS (
    SELECT *, CASE
        WHEN prefix IN ('title', 'source', 'lang') OR regexp_matches(bare, '^[A-Za-z]+:["\w]') THEN prefix
        ELSE ''
    END AS field
    FROM prefixed
),
valued AS (SELECT *, CASE WHEN field = '' THEN bare ELSE bare[length(field) + 2 :] END AS value FROM fielded),
split AS (
    SELECT
        *, starts_with(value, '"') AS quoted, trim(value, '"') AS inner_value,
        bare_place + length(bare) - length(value) AS value_place,
        -- Single letters are not in the index.
        list_filter(
            regexp_extract_all(strip_accents(lower(nfc_normalize(value))), '[\p{L}\p{M}\p{N}]+'),
            lambda run: length(run) > 1 OR regexp_matches(run, '\p{N}') OR is_unsegmented(run)
        ) AS words
    FROM valued
),
evaluated AS (
    SELECT *, CASE
        WHEN regexp_matches(token, '^\s') OR bare IN ('(', ')') THEN NULL
        WHEN regexp_matches(token, '^NEAR(/\d+)?$') THEN 'NEAR is not supported; use a phrase in quotation marks'
        WHEN regexp_matches(token, '^\+[^+]') THEN '+ is not supported, and not needed: all words are required'
        WHEN field NOT IN ('', 'title', 'source', 'lang') THEN
            'unknown field "' || field || ':"; allowed: title:, source:, lang:. To search for these words, put them '
            || 'in quotation marks'
        WHEN quoted AND NOT regexp_matches(value, '(?s)^".*"$') THEN 'this quotation mark is not closed'
        WHEN field <> '' AND inner_value = '' THEN
            field || ': needs a ' || CASE field
                WHEN 'title' THEN 'word or a phrase' WHEN 'source' THEN 'name' ELSE 'language' END
            || ' directly after it'
        WHEN field = 'source' THEN NULL
        WHEN field = 'lang' AND NOT regexp_matches(inner_value, '^[A-Za-z]{2}$') THEN
            'lang: needs a two-letter ISO 639-1 code, such as lang:en'
        WHEN quoted AND contains(value, '*') THEN '* is not supported in a phrase'
        WHEN contains(value, '*') AND (len(words) = 0 OR NOT regexp_matches(value, '^[^*]*[^*][^*]\*$')) THEN
            '* may only stand at the end of a word, after two letters or more'
        WHEN regexp_matches(value, '\w[~^][\d.]*$') THEN '~ and ^ are not supported'
        WHEN quoted AND len(words) = 0 THEN 'a phrase needs a word of two letters or more'
    END AS problem
    FROM split
),
lexed AS MATERIALIZED (
    SELECT
        query, number, place, negated, field, words, problem,
        CASE
            WHEN field IN ('source', 'lang') THEN 'exact'
            WHEN quoted THEN 'phrase'
            WHEN ends_with(value, '*') THEN 'prefix'
            ELSE 'words'
        END AS form,
        CASE WHEN field IN ('source', 'lang') THEN lower(inner_value) ELSE value END AS wanted,
        CASE
            WHEN regexp_matches(token, '^\s') THEN 'space'
            WHEN bare = '(' THEN 'open'
            WHEN token = ')' THEN 'close'
            WHEN token IN ('AND', 'OR', 'NOT') THEN lower(token)
            WHEN problem IS NULL AND field NOT IN ('source', 'lang') AND len(words) = 0 THEN 'space'  -- punctuation
            ELSE 'leaf'
        END AS kind,
        CASE
            WHEN starts_with(problem, '* ') THEN value_place + strpos(value, '*') - 1
            WHEN starts_with(problem, '~') THEN value_place + strpos(translate(value, '^', '~'), '~') - 1
            WHEN starts_with(problem, 'unknown') THEN bare_place
            ELSE value_place
        END AS problem_place
    FROM evaluated
),
numbered_tokens AS (
    SELECT
        *, row_number() OVER (PARTITION BY query ORDER BY number) AS step,
        count(*) FILTER (kind = 'leaf') OVER (PARTITION BY query ORDER BY number) AS leaf
    FROM lexed WHERE kind <> 'space'
),
tokens AS MATERIALIZED (
    -- 800 words take ten seconds. Those to look up have a limit of their own, 64.
    SELECT * REPLACE (CASE
        WHEN step > 200 THEN 'this is too long: a query has up to 200 words, operators and brackets'
        ELSE problem
    END AS problem)
    FROM numbered_tokens WHERE step <= 201
),
-- `operators` is the stack: & | ! and open brackets. `operand`: whether a word or a bracket ended just before.
walk AS (
    SELECT
        query, CAST(0 AS BIGINT) AS step, CAST([] AS VARCHAR[]) AS postfix, '' AS operators, false AS operand,
        CAST([] AS INTEGER[]) AS opened, CAST([] AS BIGINT[]) AS excluded, NULL::VARCHAR AS problem,
        CAST(NULL AS INTEGER) AS place
    FROM asked
    UNION ALL
    SELECT
        query, step,
        postfix || regexp_extract_all(reverse(popped), '.')
            || CASE WHEN kind = 'leaf' THEN [CAST(leaf AS VARCHAR)] ELSE CAST([] AS VARCHAR[]) END,
        stacked,
        kind IN ('leaf', 'close'),
        CASE WHEN kind = 'open' THEN opened || [place] WHEN kind = 'close' THEN opened[:-2] ELSE opened END,
        -- An odd number of NOTs, here and before the brackets around it.
        CASE
            WHEN kind = 'leaf' AND length(regexp_replace(stacked, '[^!]', '', 'g')) % 2 = 1 THEN excluded || [leaf]
            ELSE excluded
        END,
        CASE
            WHEN problem IS NOT NULL THEN problem
            WHEN kind IN ('and', 'or') AND NOT operand THEN
                upper(kind) || ' needs a word of two letters or more before it'
            WHEN kind = 'close' AND NOT ends_with(left_over, '(') THEN 'this bracket was not opened'
            WHEN kind = 'close' AND NOT operand THEN 'a word of two letters or more is missing before this bracket'
        END,
        CASE WHEN problem IS NOT NULL THEN problem_place ELSE place END
    FROM (
        SELECT *, CASE
            WHEN kind = 'close' THEN regexp_replace(left_over, '\($', '')
            ELSE left_over || pushed
        END AS stacked
        FROM (
            SELECT *, left(operators, length(operators) - length(popped)) AS left_over
            FROM (
                SELECT
                    walk.query, walk.postfix, walk.operators, walk.operand, walk.opened, walk.excluded,
                    token.step, token.kind, token.leaf, token.place, token.problem, token.problem_place,
                    CASE
                        WHEN kind = 'and' OR operand AND kind IN ('leaf', 'open', 'not') THEN '&'
                        WHEN kind = 'or' THEN '|' ELSE ''
                    END || CASE WHEN kind = 'not' OR negated THEN '!' ELSE '' END
                        || CASE WHEN kind = 'open' THEN '(' ELSE '' END AS pushed,
                    CASE
                        WHEN kind IN ('or', 'close') THEN regexp_extract(operators, '[!&|]*$')
                        WHEN kind = 'and' OR operand THEN regexp_extract(operators, '[!&]*$')
                        ELSE ''
                    END AS popped
                FROM walk
                JOIN tokens AS token ON token.query = walk.query AND token.step = walk.step + 1
                WHERE walk.problem IS NULL
            )
        )
    )
),
ended AS (
    SELECT
        query, postfix || regexp_extract_all(reverse(operators), '.') AS postfix, excluded,
        CASE
            WHEN problem IS NOT NULL THEN problem
            WHEN len(opened) > 0 THEN 'this bracket is not closed'
            WHEN NOT operand AND step > 0 THEN 'a word of two letters or more is missing after this'
        END AS problem,
        CASE WHEN problem IS NULL AND len(opened) > 0 THEN opened[-1] ELSE place END AS place
    FROM walk
    QUALIFY row_number() OVER (PARTITION BY query ORDER BY step DESC) = 1
),
checked AS MATERIALIZED (
    SELECT
        CASE
            WHEN problem IS NOT NULL THEN error(
                'query: character ' || place || ': ' || problem || chr(10) || '    ' || regexp_replace(query, '\s', ' ', 'g')
                || chr(10) || repeat(' ', place + 3) || '^')
            ELSE query
        END AS query, postfix, excluded
    FROM ended
)
SELECT
    checked.query, checked.postfix, token.leaf, token.field, token.form, token.wanted AS value,
    flatten(list_transform(token.words, lambda word, number: CASE
        WHEN token.form = 'exact' THEN []
        WHEN is_unsegmented(word) THEN character_pairs(word)
        WHEN token.form = 'prefix' AND number = len(token.words) THEN [word || '*']
        ELSE [word]
    END)) AS words,
    NOT list_contains(checked.excluded, token.leaf) AS positive
FROM checked
JOIN tokens AS token ON token.query = checked.query AND token.kind = 'leaf';
COMMENT ON MACRO TABLE parse_query IS 'parse_query(queries): the words, phrases and filters of each query in a list, and how they are combined. A query with a mistake is an error that points at the character. Columns: query, postfix (numbers of leaves and the operators & | !, in postfix notation), leaf (number, from 1), field (title, source, lang or empty), form (words, phrase, prefix or exact), value (as written), words (to look up with word_terms), positive (false after NOT).';
