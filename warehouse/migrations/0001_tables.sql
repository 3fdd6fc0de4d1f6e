-- The tables of a first warehouse. Identifiers are hashes of what they name and nothing is declared unique:
-- loads are idempotent by the ledger (`segments`), so that the same tables can live on DuckLake.
-- Tables that grow are appended in the order of time, so that a window of days is read by its row groups alone.

CREATE TABLE runs (
    run_id       VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    finished_at  TIMESTAMPTZ,
    outcome      VARCHAR NOT NULL,
    detail       VARCHAR,
    version      VARCHAR NOT NULL
);
COMMENT ON TABLE runs IS 'One row per run of newsloom that wrote to the warehouse.';
COMMENT ON COLUMN runs.run_id IS 'The run; the names of its segments carry it.';
COMMENT ON COLUMN runs.kind IS 'ingest (a crawl) or import (files given by hand).';
COMMENT ON COLUMN runs.started_at IS 'When it began, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended, UTC; empty while it runs.';
COMMENT ON COLUMN runs.outcome IS 'running, completed, failed, or crashed (it ended without saying so, and a later run noticed).';
COMMENT ON COLUMN runs.detail IS 'Why it failed, in words.';
COMMENT ON COLUMN runs.version IS 'The version of newsloom.';

CREATE TABLE segments (
    segment      VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    loaded_at    TIMESTAMPTZ NOT NULL,
    fetches      INTEGER NOT NULL,
    extractor    VARCHAR NOT NULL
);
COMMENT ON TABLE segments IS 'The ledger: one row per archive segment that is loaded. A segment is loaded wholly and once.';
COMMENT ON COLUMN segments.segment IS 'Name of the segment; its files are archive/NAME.warc.gz and archive/NAME.jsonl.';
COMMENT ON COLUMN segments.run_id IS 'The run that made the segment.';
COMMENT ON COLUMN segments.loaded_at IS 'When it was loaded, UTC.';
COMMENT ON COLUMN segments.fetches IS 'Rows of its log.';
COMMENT ON COLUMN segments.extractor IS 'Version of the extractor that read its pages.';

CREATE TABLE sources (
    source         VARCHAR NOT NULL,
    homepage       VARCHAR,
    feeds          VARCHAR[] NOT NULL,
    sitemaps       VARCHAR[] NOT NULL,
    sections       VARCHAR[] NOT NULL,
    language       VARCHAR,
    recheck_hours  DOUBLE[] NOT NULL,
    active         BOOLEAN NOT NULL,
    first_seen_at  TIMESTAMPTZ NOT NULL,
    changed_at     TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sources IS 'The sources of sources.toml as of the last run, and earlier ones that are no longer named there.';
COMMENT ON COLUMN sources.source IS 'Name of the source.';
COMMENT ON COLUMN sources.homepage IS 'Address of its front page.';
COMMENT ON COLUMN sources.feeds IS 'Addresses of its feeds, as configured.';
COMMENT ON COLUMN sources.sitemaps IS 'Addresses of its sitemaps, as configured.';
COMMENT ON COLUMN sources.sections IS 'Addresses of its section pages, as configured.';
COMMENT ON COLUMN sources.language IS 'ISO 639-1 code, as configured.';
COMMENT ON COLUMN sources.recheck_hours IS 'Hours after first sight at which an article is looked at again.';
COMMENT ON COLUMN sources.active IS 'Whether sources.toml named it in the last run.';
COMMENT ON COLUMN sources.first_seen_at IS 'First run that named it, UTC.';
COMMENT ON COLUMN sources.changed_at IS 'When its entry last changed, UTC.';

CREATE TABLE feeds (
    url              VARCHAR NOT NULL,
    source           VARCHAR NOT NULL,
    kind             VARCHAR NOT NULL,
    etag             VARCHAR,
    last_modified    VARCHAR,
    last_asked_at    TIMESTAMPTZ,
    last_changed_at  TIMESTAMPTZ,
    last_status      SMALLINT,
    last_outcome     VARCHAR NOT NULL,
    last_reason      VARCHAR,
    last_detail      VARCHAR,
    failures         INTEGER NOT NULL
);
COMMENT ON TABLE feeds IS 'State of polling: one row per feed, sitemap, section or front page that is known.';
COMMENT ON COLUMN feeds.url IS 'Its address.';
COMMENT ON COLUMN feeds.source IS 'The source it belongs to.';
COMMENT ON COLUMN feeds.kind IS 'homepage, feed, sitemap or section.';
COMMENT ON COLUMN feeds.etag IS 'ETag of the last full answer, sent back as If-None-Match.';
COMMENT ON COLUMN feeds.last_modified IS 'Last-Modified of the last full answer, sent back as If-Modified-Since.';
COMMENT ON COLUMN feeds.last_asked_at IS 'Last request, UTC; empty where it was named by another one and not asked for yet.';
COMMENT ON COLUMN feeds.last_changed_at IS 'Last full answer (not 304), UTC.';
COMMENT ON COLUMN feeds.last_status IS 'HTTP status of the last answer.';
COMMENT ON COLUMN feeds.last_outcome IS 'listed, unchanged, failed, skipped, or waiting (not asked for yet).';
COMMENT ON COLUMN feeds.last_reason IS 'Why it failed or was skipped.';
COMMENT ON COLUMN feeds.last_detail IS 'The same in words, or what was broken in a listing that could still be read.';
COMMENT ON COLUMN feeds.failures IS 'Failures in a row, 0 after an answer that could be read.';

CREATE TABLE fetches (
    segment      VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    final_url    VARCHAR,
    status       SMALLINT,
    outcome      VARCHAR NOT NULL,
    reason       VARCHAR,
    detail       VARCHAR,
    article_id   UUID,
    bytes        BIGINT NOT NULL,
    ms           INTEGER NOT NULL,
    fetched_at   TIMESTAMPTZ NOT NULL,
    warc_offset  BIGINT
);
COMMENT ON TABLE fetches IS 'Everything that was asked for, and what became of it. For pages: loaded + updated + unchanged + duplicate + rejected + failed + skipped = all.';
COMMENT ON COLUMN fetches.segment IS 'Archive segment whose log has the request.';
COMMENT ON COLUMN fetches.run_id IS 'The run that asked.';
COMMENT ON COLUMN fetches.source IS 'The source it was asked for.';
COMMENT ON COLUMN fetches.kind IS 'homepage, feed, sitemap, section, page, or record (an imported article).';
COMMENT ON COLUMN fetches.url IS 'The address that was asked for.';
COMMENT ON COLUMN fetches.final_url IS 'Where redirects led, if there were any.';
COMMENT ON COLUMN fetches.status IS 'HTTP status of the answer.';
COMMENT ON COLUMN fetches.outcome IS 'Pages and records: loaded (a new article), updated (a new version), unchanged, duplicate, rejected, failed, skipped. Listings: listed, unchanged, failed, skipped.';
COMMENT ON COLUMN fetches.reason IS 'Why it is a duplicate, was rejected, failed or was skipped: one word of a closed list.';
COMMENT ON COLUMN fetches.detail IS 'The same in words.';
COMMENT ON COLUMN fetches.article_id IS 'The article it gave, changed or repeated.';
COMMENT ON COLUMN fetches.bytes IS 'Bytes of the body after decompression.';
COMMENT ON COLUMN fetches.ms IS 'Milliseconds from request to the end of the answer.';
COMMENT ON COLUMN fetches.fetched_at IS 'When the answer (or the failure) came, UTC.';
COMMENT ON COLUMN fetches.warc_offset IS 'Byte offset of the response in the segment; empty where nothing was stored.';

CREATE TABLE rejections (
    url          VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    reason       VARCHAR NOT NULL,
    detail       VARCHAR,
    rejected_at  TIMESTAMPTZ NOT NULL,
    run_id       VARCHAR NOT NULL,
    segment      VARCHAR NOT NULL,
    warc_offset  BIGINT,
    extractor    VARCHAR NOT NULL
);
COMMENT ON TABLE rejections IS 'Pages and records that are no article, each with the reason.';
COMMENT ON COLUMN rejections.url IS 'The address that was asked for; for a record that names none, the file and line it stands in.';
COMMENT ON COLUMN rejections.source IS 'The source it came from.';
COMMENT ON COLUMN rejections.reason IS 'One word of a closed list: not_article, paywall, consent_wall, error_page, bot_challenge, empty, too_short, too_large, not_html, needs_script, timeout, extractor_error, bad_record.';
COMMENT ON COLUMN rejections.detail IS 'The reason in words, with what was found.';
COMMENT ON COLUMN rejections.rejected_at IS 'When the page was fetched, UTC.';
COMMENT ON COLUMN rejections.run_id IS 'The run that fetched it.';
COMMENT ON COLUMN rejections.segment IS 'Archive segment that holds the page.';
COMMENT ON COLUMN rejections.warc_offset IS 'Byte offset of the response in the segment.';
COMMENT ON COLUMN rejections.extractor IS 'Version of the extractor that rejected it.';

-- Texts are append-only and what changes is narrow: updating a row beside a long text would rewrite the text.
CREATE TABLE article_versions (
    version_id           UUID NOT NULL,
    article_id           UUID NOT NULL,
    seen_at              TIMESTAMPTZ NOT NULL,
    change               VARCHAR NOT NULL,
    title                VARCHAR NOT NULL,
    authors              VARCHAR[] NOT NULL,
    published_at         TIMESTAMPTZ,
    published_precision  VARCHAR,
    modified_at          TIMESTAMPTZ,
    language             VARCHAR,
    section              VARCHAR,
    tags                 VARCHAR[] NOT NULL,
    image_url            VARCHAR,
    description          VARCHAR,
    is_free              BOOLEAN,
    text                 VARCHAR NOT NULL,
    word_count           INTEGER NOT NULL,
    text_hash            UUID NOT NULL,
    extractor            VARCHAR NOT NULL,
    segment              VARCHAR NOT NULL,
    warc_offset          BIGINT
);
COMMENT ON TABLE article_versions IS 'Append-only: one row per change of an article''s title or text, the first sight included.';
COMMENT ON COLUMN article_versions.version_id IS 'Hash of article, time of sight and content.';
COMMENT ON COLUMN article_versions.article_id IS 'The article.';
COMMENT ON COLUMN article_versions.seen_at IS 'When this version was fetched first, UTC.';
COMMENT ON COLUMN article_versions.change IS 'What changed against the version before: first, title, text, or both.';
COMMENT ON COLUMN article_versions.title IS 'Headline.';
COMMENT ON COLUMN article_versions.authors IS 'Names of the authors, in order.';
COMMENT ON COLUMN article_versions.published_at IS 'When the publisher says it was published, UTC.';
COMMENT ON COLUMN article_versions.published_precision IS 'How exact published_at is: second, minute or day (midnight UTC then stands for the whole day).';
COMMENT ON COLUMN article_versions.modified_at IS 'When the publisher says it was last modified, UTC.';
COMMENT ON COLUMN article_versions.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN article_versions.section IS 'The publisher''s section.';
COMMENT ON COLUMN article_versions.tags IS 'The publisher''s keywords.';
COMMENT ON COLUMN article_versions.image_url IS 'Address of the lead image.';
COMMENT ON COLUMN article_versions.description IS 'The publisher''s summary.';
COMMENT ON COLUMN article_versions.is_free IS 'Whether the publisher says it can be read without paying; empty where it does not say.';
COMMENT ON COLUMN article_versions.text IS 'The article''s text: paragraphs separated by one newline.';
COMMENT ON COLUMN article_versions.word_count IS 'Words of the text (runs of letters or digits).';
COMMENT ON COLUMN article_versions.text_hash IS 'Hash of the normalised text (NFKC, case folded, words only): equal texts have equal hashes.';
COMMENT ON COLUMN article_versions.extractor IS 'Version of the extractor.';
COMMENT ON COLUMN article_versions.segment IS 'Archive segment that holds the page.';
COMMENT ON COLUMN article_versions.warc_offset IS 'Byte offset of the response in the segment.';

CREATE TABLE article_state (
    article_id      UUID NOT NULL,
    url             VARCHAR NOT NULL,
    source          VARCHAR NOT NULL,
    version_id      UUID NOT NULL,
    versions        INTEGER NOT NULL,
    first_seen_at   TIMESTAMPTZ NOT NULL,
    last_seen_at    TIMESTAMPTZ NOT NULL,
    title_hash      UUID NOT NULL,
    body_hash       UUID NOT NULL,
    fetch_url       VARCHAR NOT NULL,
    fetch_key       UBIGINT,
    etag            VARCHAR,
    last_modified   VARCHAR
);
COMMENT ON TABLE article_state IS 'What changes about an article: one narrow row each. Query `articles`, which joins it with the current text.';
COMMENT ON COLUMN article_state.article_id IS 'Hash of the canonical address.';
COMMENT ON COLUMN article_state.url IS 'Canonical address.';
COMMENT ON COLUMN article_state.source IS 'The source that brought it first.';
COMMENT ON COLUMN article_state.version_id IS 'The current version.';
COMMENT ON COLUMN article_state.versions IS 'How many versions there are.';
COMMENT ON COLUMN article_state.first_seen_at IS 'When it was fetched first, UTC.';
COMMENT ON COLUMN article_state.last_seen_at IS 'When it was last looked at, UTC.';
COMMENT ON COLUMN article_state.title_hash IS 'Hash of the current headline as it stands.';
COMMENT ON COLUMN article_state.body_hash IS 'Hash of the current text as it stands.';
COMMENT ON COLUMN article_state.fetch_key IS '64-bit hash of fetch_url, normalised, scheme aside; empty for a text from a file.';
COMMENT ON COLUMN article_state.fetch_url IS 'The address to ask when looking at it again.';
COMMENT ON COLUMN article_state.etag IS 'ETag of the last full answer.';
COMMENT ON COLUMN article_state.last_modified IS 'Last-Modified of the last full answer.';

CREATE TABLE aliases (
    url         VARCHAR NOT NULL,
    article_id  UUID NOT NULL,
    source      VARCHAR NOT NULL,
    kind        VARCHAR NOT NULL,
    title       VARCHAR,
    seen_at     TIMESTAMPTZ NOT NULL,
    segment     VARCHAR NOT NULL
);
COMMENT ON TABLE aliases IS 'Other addresses of an article.';
COMMENT ON COLUMN aliases.url IS 'The other address.';
COMMENT ON COLUMN aliases.article_id IS 'The article it is another address of.';
COMMENT ON COLUMN aliases.source IS 'The source that brought the other address.';
COMMENT ON COLUMN aliases.kind IS 'same_address (its page names the article''s canonical address, or redirects to it) or same_text.';
COMMENT ON COLUMN aliases.title IS 'The headline there.';
COMMENT ON COLUMN aliases.seen_at IS 'When it was fetched, UTC.';
COMMENT ON COLUMN aliases.segment IS 'Archive segment that holds the page.';

CREATE TABLE stories (
    story_id  UUID NOT NULL,
    title     VARCHAR NOT NULL,
    first_at  TIMESTAMPTZ NOT NULL,
    last_at   TIMESTAMPTZ NOT NULL,
    articles  INTEGER NOT NULL,
    sources   INTEGER NOT NULL,
    method    VARCHAR NOT NULL
);
COMMENT ON TABLE stories IS 'Events that several articles tell.';
COMMENT ON COLUMN stories.story_id IS 'The story.';
COMMENT ON COLUMN stories.title IS 'Headline of its most typical article.';
COMMENT ON COLUMN stories.first_at IS 'Its first article, UTC.';
COMMENT ON COLUMN stories.last_at IS 'Its latest article, UTC.';
COMMENT ON COLUMN stories.articles IS 'How many articles tell it.';
COMMENT ON COLUMN stories.sources IS 'How many sources tell it.';
COMMENT ON COLUMN stories.method IS 'Version of the method that found it.';

-- What only a run needs.
CREATE SCHEMA private;

CREATE TABLE private.known_addresses (
    address_key  UBIGINT NOT NULL,
    known_at     TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE private.known_addresses IS 'Addresses that have had their final answer and are not asked for again by themselves.';
COMMENT ON COLUMN private.known_addresses.address_key IS '64-bit hash of the normalised address, scheme aside.';
COMMENT ON COLUMN private.known_addresses.known_at IS 'When the answer came, UTC.';

CREATE TABLE private.frontier (
    address_key    UBIGINT NOT NULL,
    url            VARCHAR NOT NULL,
    source         VARCHAR NOT NULL,
    discovered_at  TIMESTAMPTZ NOT NULL,
    published_hint TIMESTAMPTZ,
    attempts       INTEGER NOT NULL,
    due_at         TIMESTAMPTZ NOT NULL,
    last_reason    VARCHAR
);
COMMENT ON TABLE private.frontier IS 'Article addresses that a listing named and that have no final answer yet: to be asked, or asked again after a failure.';
COMMENT ON COLUMN private.frontier.address_key IS '64-bit hash of the normalised address, scheme aside.';
COMMENT ON COLUMN private.frontier.url IS 'The address.';
COMMENT ON COLUMN private.frontier.source IS 'The source whose listing named it.';
COMMENT ON COLUMN private.frontier.discovered_at IS 'When it was first named, UTC.';
COMMENT ON COLUMN private.frontier.published_hint IS 'The time the listing gave for it, UTC.';
COMMENT ON COLUMN private.frontier.attempts IS 'How often it was asked for in vain.';
COMMENT ON COLUMN private.frontier.due_at IS 'Not to be asked for before, UTC.';
COMMENT ON COLUMN private.frontier.last_reason IS 'Why the last attempt failed.';
