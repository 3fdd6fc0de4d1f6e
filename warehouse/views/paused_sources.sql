-- Which sources are paused because none of their listings can be read, until when, and why?
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
COMMENT ON VIEW paused_sources IS 'One row per source whose feeds, sitemaps and section pages have all failed at least three times in a row. Each is requested again at its due_at, at growing intervals.';
COMMENT ON COLUMN paused_sources.until IS 'When the first of them is requested again, UTC.';
COMMENT ON COLUMN paused_sources.failures IS 'Minimum number of consecutive failures.';
COMMENT ON COLUMN paused_sources.reason IS 'The most frequent reason: a word from a fixed list.';
COMMENT ON COLUMN paused_sources.detail IS 'The last failure in words.';
