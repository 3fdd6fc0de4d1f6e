-- Pages whose outcome is none of those that `pipeline_loss` adds up.
SELECT url || ': ' || outcome FROM fetches
WHERE kind IN ('page', 'record')
  AND outcome NOT IN ('loaded', 'updated', 'unchanged', 'duplicate', 'rejected', 'failed', 'skipped')
