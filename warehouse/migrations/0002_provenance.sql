ALTER TABLE article_versions ADD COLUMN provenance VARCHAR;
COMMENT ON COLUMN article_versions.provenance IS 'Where each field came from, a JSON object of field and origin: json-ld, meta, og:title, h1, title (the element), time, byline, link (the canonical one), address, listing (the feed or sitemap that named it), declared, text (read from the text or the markup, a guess), record (imported).';
