CREATE TABLE private.failed_segments (
    segment    VARCHAR NOT NULL,
    error      VARCHAR NOT NULL,
    failed_at  TIMESTAMPTZ NOT NULL,
    tried_at   TIMESTAMPTZ NOT NULL,
    attempts   INTEGER NOT NULL
);
COMMENT ON TABLE private.failed_segments IS 'Sealed segments that could not be loaded because of an error that nobody foresaw: they wait in the archive, and later runs try them again.';
COMMENT ON COLUMN private.failed_segments.segment IS 'The segment.';
COMMENT ON COLUMN private.failed_segments.error IS 'The error of the last attempt: its kind, its words, and the place in the program.';
COMMENT ON COLUMN private.failed_segments.failed_at IS 'The first attempt, UTC.';
COMMENT ON COLUMN private.failed_segments.tried_at IS 'The last attempt, UTC.';
COMMENT ON COLUMN private.failed_segments.attempts IS 'How many there were.';
