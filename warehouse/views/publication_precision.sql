-- How precisely is it known when an article was published?
CREATE OR REPLACE MACRO publication_precision(published_at, published_precision, seen_at) AS
    CASE WHEN epoch_us(published_at) <= epoch_us(seen_at) + 86400000000
         THEN coalesce(published_precision, 'day') ELSE 'seen' END;
COMMENT ON MACRO publication_precision IS 'Precision of publication_time: second, minute or day according to the publisher, or seen.';
