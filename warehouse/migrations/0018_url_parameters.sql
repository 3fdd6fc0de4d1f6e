-- What pages show about the parameters of their URLs, and the URLs without those that are no part of them.
CREATE TABLE parameter_evidence (
    source VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    parameter VARCHAR NOT NULL,
    page_key UBIGINT NOT NULL,
    supports BOOLEAN NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR,
    other_url VARCHAR,
    seen_at TIMESTAMPTZ NOT NULL,
    segment VARCHAR NOT NULL
);
CREATE TABLE private.shorter_urls (
    url_key UBIGINT NOT NULL,
    source VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    parameter VARCHAR NOT NULL
);
ALTER TABLE sources ADD COLUMN keep_parameters VARCHAR[];
