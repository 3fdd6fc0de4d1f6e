-- Updates only rows that change; the range of first sights limits the row groups to read.
UPDATE article_state AS state
SET duplicate_of = resolved.duplicate_of, duplicate_kind = resolved.duplicate_kind, similarity = resolved.similarity
FROM resolved
WHERE state.article_id = resolved.article_id
  AND state.first_seen_at BETWEEN $first AND $last
  AND (state.duplicate_of IS DISTINCT FROM resolved.duplicate_of
       OR state.duplicate_kind IS DISTINCT FROM resolved.duplicate_kind
       OR state.similarity IS DISTINCT FROM resolved.similarity);
