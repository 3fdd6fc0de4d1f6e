-- What phrases are compared by.
CREATE OR REPLACE MACRO plain_words(said) AS
    ' ' || trim(regexp_replace(strip_accents(lower(nfc_normalize(said))), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')) || ' ';
COMMENT ON MACRO plain_words IS 'The words of a text in lower case without accents, with one space before, between and after them.';
