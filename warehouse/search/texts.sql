-- The texts to index in lower case, the headline three times.
SELECT (doc - $first)::INTEGER AS doc, coalesce(language, '') AS language,
       lower(nfc_normalize(concat_ws(' ', title, title, title, text))) AS text
FROM article_versions
WHERE doc >= $first AND doc < $end;
