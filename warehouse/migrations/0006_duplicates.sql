-- Who copied whom. The facts are pairs; what follows from them for an article stands in its narrow row.

CREATE TABLE duplicates (
    article_id    UUID NOT NULL,
    original_id   UUID NOT NULL,
    kind          VARCHAR NOT NULL,
    similarity    FLOAT NOT NULL,
    shared        INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    original_size INTEGER NOT NULL,
    day           DATE NOT NULL,
    original_day  DATE NOT NULL,
    method        VARCHAR NOT NULL
);
COMMENT ON TABLE duplicates IS 'One row per pair of articles whose texts overlap. Which article an article goes back to in the end is in `articles`.';
COMMENT ON COLUMN duplicates.article_id IS 'The later article of the two.';
COMMENT ON COLUMN duplicates.original_id IS 'The one published earlier: by day, then by time where one is known, then first seen.';
COMMENT ON COLUMN duplicates.kind IS 'copy (similarity of at least 0.8) or derived (0.3 to 0.8).';
COMMENT ON COLUMN duplicates.similarity IS 'Containment: how much of the shorter text is in the other one, 0 to 1, in shingles of five words.';
COMMENT ON COLUMN duplicates.shared IS 'Shingles (runs of five words) that both have.';
COMMENT ON COLUMN duplicates.size IS 'Shingles of the later article: shared / size is the part of it that is not its own.';
COMMENT ON COLUMN duplicates.original_size IS 'Shingles of the earlier one.';
COMMENT ON COLUMN duplicates.day IS 'Day of the later article, UTC.';
COMMENT ON COLUMN duplicates.original_day IS 'Day of the earlier one, UTC.';
COMMENT ON COLUMN duplicates.method IS 'Version of the method that found it.';

ALTER TABLE article_state ADD COLUMN duplicate_of UUID;
ALTER TABLE article_state ADD COLUMN duplicate_kind VARCHAR;
ALTER TABLE article_state ADD COLUMN similarity FLOAT;
COMMENT ON COLUMN article_state.duplicate_of IS 'The article at the root of the chain that its text goes back to; empty for an original.';
COMMENT ON COLUMN article_state.duplicate_kind IS 'copy or derived, against the earlier article that has most of its text.';
COMMENT ON COLUMN article_state.similarity IS 'Containment against that article, 0 to 1.';

-- The same text at another source is one article here, and an alias there: what is asked of it is when, and where.
ALTER TABLE aliases ADD COLUMN published_at TIMESTAMPTZ;
ALTER TABLE aliases ADD COLUMN published_precision VARCHAR;
COMMENT ON COLUMN aliases.published_at IS 'When it was published there, as the publisher says, UTC.';
COMMENT ON COLUMN aliases.published_precision IS 'How exact published_at is: second, minute or day.';

CREATE TABLE private.fingerprints (
    day         DATE NOT NULL,
    hash        UBIGINT NOT NULL,
    article_id  UUID NOT NULL
);
COMMENT ON TABLE private.fingerprints IS 'One shingle in sixteen of each article''s current text, appended by day: articles that share one are compared.';
COMMENT ON COLUMN private.fingerprints.day IS 'Day of the article, UTC.';
COMMENT ON COLUMN private.fingerprints.hash IS 'The upper 48 bits of the shingle''s hash.';
COMMENT ON COLUMN private.fingerprints.article_id IS 'The article.';

CREATE TABLE private.compared (
    day                  DATE NOT NULL,
    article_id           UUID NOT NULL,
    version_id           UUID NOT NULL,
    seen_at              TIMESTAMPTZ NOT NULL,
    first_seen_at        TIMESTAMPTZ NOT NULL,
    published_at         TIMESTAMPTZ NOT NULL,
    published_precision  VARCHAR NOT NULL,
    fingerprints         SMALLINT NOT NULL
);
COMMENT ON TABLE private.compared IS 'One row per article that was looked at for duplicates, appended by day.';
COMMENT ON COLUMN private.compared.day IS 'Day of the article, UTC: of its publication or, where that is not known or not to be believed, of its first sight.';
COMMENT ON COLUMN private.compared.article_id IS 'The article.';
COMMENT ON COLUMN private.compared.version_id IS 'The version whose text was compared.';
COMMENT ON COLUMN private.compared.seen_at IS 'When that version was fetched, UTC.';
COMMENT ON COLUMN private.compared.first_seen_at IS 'When the article was fetched first, UTC.';
COMMENT ON COLUMN private.compared.published_at IS 'The earliest time that it or the same text elsewhere was published, UTC; where none is known, first seen.';
COMMENT ON COLUMN private.compared.published_precision IS 'How exact that is: second, minute, day, or seen.';
COMMENT ON COLUMN private.compared.fingerprints IS 'How many fingerprints it has.';

CREATE TABLE private.common_fingerprints (
    hash      UBIGINT NOT NULL,
    found_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE private.common_fingerprints IS 'Fingerprints that many different articles have: boilerplate of sites and set phrases. Articles are not compared for these.';
COMMENT ON COLUMN private.common_fingerprints.hash IS 'As in fingerprints.';
COMMENT ON COLUMN private.common_fingerprints.found_at IS 'Since when, UTC.';
