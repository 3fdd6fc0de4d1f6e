-- Which words occur in far more headlines of a day than in those of the four weeks before?
CREATE OR REPLACE MACRO top_terms_between(first, last) AS TABLE
WITH counted AS MATERIALIZED (
    SELECT day, word, CAST(sum(articles) AS BIGINT) AS articles
    FROM headline_words
    WHERE day BETWEEN CAST(first AS DATE) - 28 AND CAST(last AS DATE)
    GROUP BY day, word
),
days AS (SELECT DISTINCT day FROM counted),
past AS (  -- days of the previous four weeks that have headlines in the warehouse
    SELECT days.day, count(earlier.day) AS days_before
    FROM days
    LEFT JOIN days AS earlier ON earlier.day BETWEEN days.day - 28 AND days.day - 1
    GROUP BY days.day
),
candidates AS (SELECT * FROM counted WHERE articles >= 3 AND day >= CAST(first AS DATE)),
expected AS (
    SELECT now.day, now.word, now.articles, coalesce(sum(before.articles), 0) AS articles_before
    FROM candidates AS now
    LEFT JOIN counted AS before
        ON before.word = now.word AND before.day BETWEEN now.day - 28 AND now.day - 1
    GROUP BY now.day, now.word, now.articles
),
scored AS (
    SELECT
        day, word, articles, articles_before / days_before AS daily_before,
        round((articles - articles_before / days_before) / sqrt(articles_before / days_before + 1), 2) AS score
    FROM expected
    JOIN past USING (day)
    WHERE days_before > 0
)
SELECT day, row_number() OVER (PARTITION BY day ORDER BY score DESC, word) AS rank, word, articles, daily_before, score
FROM scored
WHERE score > 0
QUALIFY rank <= 50;
COMMENT ON MACRO TABLE top_terms_between IS 'top_terms_between(first, last): the 50 words of each day, from one day to another, that occur in more headlines than in the four weeks before. Columns: day, rank, word, articles (headlines of the day), daily_before (mean of the days before), score ((articles - daily_before) / sqrt(daily_before + 1), the deviation in standard deviations, if words occurred by chance).';
