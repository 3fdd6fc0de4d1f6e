-- Small segments of a day share two files.
COMMENT ON COLUMN segments.segment IS 'Name of the segment; its files are archive/NAME.warc.gz and archive/NAME.jsonl, or it is in one of the packs of the day in its name, archive/packs/yyyymm/yyyymmdd-N.warc.gz and .jsonl.';
