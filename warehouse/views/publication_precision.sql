-- How well is it known when something was told?
CREATE OR REPLACE MACRO publication_precision(published_at, published_precision, seen_at) AS
    CASE WHEN epoch_us(published_at) <= epoch_us(seen_at) + 86400000000
         THEN coalesce(published_precision, 'day') ELSE 'seen' END;
COMMENT ON MACRO publication_precision IS 'What publication_time is good for: second, minute or day as the publisher says, or seen.';
