-- The time from one moment to another. Their difference would use the time zone of the session: noon to noon is then a day
-- of 23 or 25 hours when the clocks change in between.
CREATE OR REPLACE MACRO time_between(earlier, later) AS make_timestamp(epoch_us(later)) - make_timestamp(epoch_us(earlier));
COMMENT ON MACRO time_between IS 'time_between(earlier, later): the time between them, with days of 24 hours, independent of the time zone of the session.';
