-- The day of a time at an offset from UTC in minutes; in UTC if there is none.
CREATE OR REPLACE MACRO local_day_of(moment, utc_offset) AS
    DATE '1970-01-01' + CAST((epoch_us(moment) + CAST(coalesce(utc_offset, 0) AS BIGINT) * 60000000) // 86400000000 AS INTEGER);
COMMENT ON MACRO local_day_of IS 'The day of a time at an offset from UTC in minutes (in UTC if that is NULL), independent of the time zone of the session.';
