-- Since when a listing fails: a run names the sources whose listings fail.

ALTER TABLE feeds ADD COLUMN failing_since TIMESTAMPTZ;
