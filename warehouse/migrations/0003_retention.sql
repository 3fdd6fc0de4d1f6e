-- What the archive no longer has stays in the ledger: nothing is loaded twice, and nobody looks for a page in vain.
ALTER TABLE segments ADD COLUMN removed_at TIMESTAMPTZ;
COMMENT ON COLUMN segments.removed_at IS 'When it was removed from the archive because of its age or size, UTC; empty while it is there.';

ALTER TABLE segments ADD COLUMN requests_removed_at TIMESTAMPTZ;
COMMENT ON COLUMN segments.requests_removed_at IS 'When its rows of fetches and rejections were removed because of their age, UTC; empty while they are there.';
