-- The articles of a story with what they are about, so that a story can be looked at again.
CREATE TABLE private.tellings (
    day            DATE NOT NULL,
    article_id     UUID NOT NULL,
    story_id       UUID NOT NULL,
    first_seen_at  TIMESTAMPTZ NOT NULL,
    first_at       TIMESTAMPTZ NOT NULL,
    last_at        TIMESTAMPTZ NOT NULL,
    title          VARCHAR NOT NULL,
    language       VARCHAR,
    outlets        VARCHAR[] NOT NULL,
    terms          UINTEGER[] NOT NULL,
    weights        USMALLINT[] NOT NULL
);
COMMENT ON TABLE private.story_terms IS 'The middle of each story: the mean of its articles'' terms, the heaviest of them; of a story of one article the strong alone.';
COMMENT ON TABLE private.tellings IS 'One row per article that is in a story, appended by day: stories that new articles come near to are looked at again by these.';
COMMENT ON COLUMN private.tellings.day IS 'Day of first_at, UTC.';
COMMENT ON COLUMN private.tellings.article_id IS 'The article.';
COMMENT ON COLUMN private.tellings.story_id IS 'The story that it tells, as in article_state.';
COMMENT ON COLUMN private.tellings.first_seen_at IS 'When it was fetched first, UTC, as in article_state.';
COMMENT ON COLUMN private.tellings.first_at IS 'When it was published, or first seen where that is not known, UTC.';
COMMENT ON COLUMN private.tellings.last_at IS 'The same, or the end of that day where only the day is known, UTC.';
COMMENT ON COLUMN private.tellings.title IS 'Its headline.';
COMMENT ON COLUMN private.tellings.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN private.tellings.outlets IS 'The sources where its text stands unchanged, its own among them.';
COMMENT ON COLUMN private.tellings.terms IS '32-bit hashes of language and term: the heaviest of the article, by falling weight.';
COMMENT ON COLUMN private.tellings.weights IS 'The weight of each, in parts of 4096; the squares add up to 1.';
COMMENT ON COLUMN stories.story_id IS 'The story: a hash of the article that it began with. Where two stories turn out to be one, the greater keeps its identifier, and where one turns out to be two, the greater part; what is not in this table is part of another story.';
COMMENT ON COLUMN article_versions.word_count IS 'Words of the text: runs of letters, digits and marks; in scripts without blanks between words (Chinese, Japanese, Thai, …) each character of such a script.';
