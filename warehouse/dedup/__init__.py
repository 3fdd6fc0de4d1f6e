"""The tables of duplicates and stories: fingerprints, pairs, story members, terms."""
