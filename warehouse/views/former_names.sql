-- Macros under the names that they had before; they go with the next release.
CREATE OR REPLACE MACRO is_unspaced(run) AS is_unsegmented(run);
COMMENT ON MACRO is_unspaced IS 'Former name of is_unsegmented; removed in the next release.';
CREATE OR REPLACE MACRO sign_pairs(run) AS character_pairs(run);
COMMENT ON MACRO sign_pairs IS 'Former name of character_pairs; removed in the next release.';
CREATE OR REPLACE MACRO told_at(published_at, seen_at) AS publication_time(published_at, seen_at);
COMMENT ON MACRO told_at IS 'Former name of publication_time; removed in the next release.';
CREATE OR REPLACE MACRO told_precision(published_at, published_precision, seen_at) AS
    publication_precision(published_at, published_precision, seen_at);
COMMENT ON MACRO told_precision IS 'Former name of publication_precision; removed in the next release.';
