-- Stories of different languages that report the same event, and the vectors that they are compared by.
CREATE TABLE story_links (
    day DATE NOT NULL,
    story_id UUID NOT NULL,
    other_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    other_language VARCHAR NOT NULL,
    similarity FLOAT NOT NULL,
    method VARCHAR NOT NULL
);
CREATE TABLE private.story_vectors (
    day DATE NOT NULL,
    last_day DATE NOT NULL,
    story_id UUID NOT NULL,
    article_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    vector BLOB NOT NULL,
    marks UINTEGER[] NOT NULL,
    method VARCHAR NOT NULL
);
