-- In scripts without spaces between words, each pair of neighbouring characters is indexed as a word.
CREATE OR REPLACE MACRO character_pairs(run) AS
    list_transform(range(greatest(length(run) - 1, 1)), lambda n: run[n + 1 : n + 2]);
COMMENT ON MACRO character_pairs IS 'The pairs of neighbouring characters of a text; a single character counts as a pair.';
