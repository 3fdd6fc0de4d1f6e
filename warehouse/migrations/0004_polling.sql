-- When each listing is due, and what the archive holds last of listings and articles.

ALTER TABLE sources ADD COLUMN poll_minutes DOUBLE[];
COMMENT ON COLUMN sources.poll_minutes IS 'The least and the most minutes between two requests for one of its listings.';

ALTER TABLE feeds ADD COLUMN last_new_at TIMESTAMPTZ;
ALTER TABLE feeds ADD COLUMN poll_minutes DOUBLE;
ALTER TABLE feeds ADD COLUMN due_at TIMESTAMPTZ;
ALTER TABLE feeds ADD COLUMN listed_modified_at TIMESTAMPTZ;
ALTER TABLE feeds ADD COLUMN stored_url VARCHAR;
ALTER TABLE feeds ADD COLUMN stored_at TIMESTAMPTZ;
ALTER TABLE feeds ADD COLUMN stored_digest VARCHAR;
COMMENT ON COLUMN feeds.last_new_at IS 'When it last named something that was not known before (at first: when it was first read), UTC.';
COMMENT ON COLUMN feeds.poll_minutes IS 'Minutes from the last request to due_at: a tenth of the time since it last named something new, within the bounds of sources.poll_minutes; after failures 0, 15, 30, 60, … minutes up to the upper bound.';
COMMENT ON COLUMN feeds.due_at IS 'Not to be asked for before, UTC; empty: due.';
COMMENT ON COLUMN feeds.listed_modified_at IS 'When the sitemap index that names it says it last changed, UTC; it is asked for again only when that is later than last_asked_at.';
COMMENT ON COLUMN feeds.stored_url IS 'The address that gave what the archive holds last of it, after redirects.';
COMMENT ON COLUMN feeds.stored_at IS 'When that was fetched, UTC.';
COMMENT ON COLUMN feeds.stored_digest IS 'Digest of the payload that is stored, as the WARC record has it: the same bytes are not stored or read twice.';

ALTER TABLE article_state ADD COLUMN stored_url VARCHAR;
ALTER TABLE article_state ADD COLUMN stored_at TIMESTAMPTZ;
ALTER TABLE article_state ADD COLUMN stored_digest VARCHAR;
COMMENT ON COLUMN article_state.stored_url IS 'The address that gave what the archive holds last of it, after redirects.';
COMMENT ON COLUMN article_state.stored_at IS 'When that was fetched, UTC.';
COMMENT ON COLUMN article_state.stored_digest IS 'Digest of the payload that is stored, as the WARC record has it.';

ALTER TABLE private.frontier ADD COLUMN modified_hint TIMESTAMPTZ;
COMMENT ON COLUMN private.frontier.modified_hint IS 'When the listing or the address says the page was published or last changed, where published_hint is empty, UTC.';
