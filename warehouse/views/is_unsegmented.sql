-- The character class is the one in crawlers/unsegmented.py.
CREATE OR REPLACE MACRO is_unsegmented(run) AS regexp_matches(
    run,
    '[\x{3005}\x{3006}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3ffff}\x{3041}-\x{309f}\x{30a1}-\x{30ff}\x{31f0}-\x{31ff}\x{0e00}-\x{0fff}\x{1000}-\x{109f}\x{1780}-\x{17ff}\x{aa60}-\x{aa7f}]'
);
COMMENT ON MACRO is_unsegmented IS 'Whether a run of letters belongs to a script without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan): search indexes pairs of its characters instead of words.';
