"""From text to numbers: tokens, shingles, terms. Pure."""
