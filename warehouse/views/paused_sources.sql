-- Which sources are left alone for a while because nothing that they list can be read, until when, and why?
CREATE OR REPLACE VIEW paused_sources AS
SELECT
    feeds.source,
    min(feeds.due_at) AS until,
    min(feeds.failures) AS failures,
    mode(feeds.last_reason) AS reason,
    arg_max(feeds.last_detail, feeds.last_asked_at) AS detail
FROM feeds
JOIN sources ON sources.source = feeds.source AND sources.active
WHERE feeds.last_outcome <> 'waiting'
GROUP BY feeds.source
HAVING min(feeds.failures) >= 3 AND min(feeds.due_at) IS NOT NULL;
COMMENT ON VIEW paused_sources IS 'One row per source all of whose feeds, sitemaps and pages of links have failed three times or more in a row: each is asked again at its due_at, later every time.';
COMMENT ON COLUMN paused_sources.until IS 'When the first of them is asked again, UTC.';
COMMENT ON COLUMN paused_sources.failures IS 'How often each of them has failed in a row, at least.';
COMMENT ON COLUMN paused_sources.reason IS 'The most frequent reason: one word of a closed list.';
COMMENT ON COLUMN paused_sources.detail IS 'The last failure in words.';
