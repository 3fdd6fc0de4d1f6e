-- How long is it from one time to another? Not by their difference, which takes the time zone of whoever asks: noon to
-- noon is then a day, and 23 or 25 hours long where the clocks change in between.
CREATE OR REPLACE MACRO time_between(earlier, later) AS make_timestamp(epoch_us(later)) - make_timestamp(epoch_us(earlier));
COMMENT ON MACRO time_between IS 'time_between(earlier, later): the time from one to the other, a day being 24 hours, whatever time zone the session has.';
