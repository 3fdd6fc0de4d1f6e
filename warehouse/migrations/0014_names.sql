-- The names in each version. Versions that were loaded before are read when the warehouse is next published.
CREATE TABLE version_names (
    doc          UINTEGER NOT NULL,
    name         VARCHAR NOT NULL,
    kind         VARCHAR,
    country      VARCHAR,
    times        USMALLINT NOT NULL,
    in_headline  BOOLEAN NOT NULL,
    about        BOOLEAN NOT NULL
);
CREATE TABLE private.names_progress (
    next_doc  UINTEGER NOT NULL
);
