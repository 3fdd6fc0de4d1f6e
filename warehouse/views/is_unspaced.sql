-- Is a run of letters of a script that puts no spaces between words? Thai, Lao, Burmese, Khmer, kana, Chinese characters.
CREATE OR REPLACE MACRO is_unspaced(run) AS regexp_matches(
    run,
    '[\x{0e00}-\x{0eff}\x{1000}-\x{109f}\x{1780}-\x{17ff}\x{3040}-\x{30ff}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}]'
);
COMMENT ON MACRO is_unspaced IS 'Whether a run of letters is of a script without spaces between words: search takes pairs of its signs for words.';
