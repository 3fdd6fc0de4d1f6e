-- What stands on many pages of a source, learned from its articles and dropped from the pages extracted afterwards.
CREATE TABLE source_profiles (
    source VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    learned_at TIMESTAMPTZ NOT NULL,
    articles INTEGER NOT NULL,
    lines UBIGINT[] NOT NULL,
    counts INTEGER[] NOT NULL,
    beginnings VARCHAR[] NOT NULL,
    endings VARCHAR[] NOT NULL
);
