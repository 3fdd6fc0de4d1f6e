-- What stands for words where there are no spaces: each sign with the one after it.
CREATE OR REPLACE MACRO character_pairs(run) AS
    list_transform(range(greatest(length(run) - 1, 1)), lambda n: run[n + 1 : n + 2]);
COMMENT ON MACRO character_pairs IS 'The pairs of neighbouring signs of a text; a single sign is a pair of its own.';
