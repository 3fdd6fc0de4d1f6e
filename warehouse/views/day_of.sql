-- The day (UTC) of a time. A cast would use the time zone of the session.
CREATE OR REPLACE MACRO day_of(moment) AS DATE '1970-01-01' + CAST(epoch_us(moment) // 86400000000 AS INTEGER);
COMMENT ON MACRO day_of IS 'The day of a time in UTC, independent of the time zone of the session.';
