-- On which day (UTC) is a time? Not by a cast, which takes the time zone of whoever asks.
CREATE OR REPLACE MACRO day_of(moment) AS DATE '1970-01-01' + CAST(epoch_us(moment) // 86400000000 AS INTEGER);
COMMENT ON MACRO day_of IS 'The day of a time, UTC, whatever time zone the session has.';
