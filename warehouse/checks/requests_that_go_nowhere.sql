-- Pages with an outcome that `pipeline_loss` does not count.
SELECT url || ': ' || outcome FROM fetches
WHERE kind IN ('page', 'record')
  AND outcome NOT IN ('loaded', 'updated', 'unchanged', 'duplicate', 'rejected', 'failed', 'skipped')
