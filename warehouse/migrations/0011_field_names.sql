-- Tables and columns get the names of the field; nothing is copied but one narrow column of `stories`.
ALTER TABLE private.tellings RENAME TO story_members;
ALTER TABLE private.compared RENAME TO indexed_articles;
ALTER TABLE private.background RENAME TO document_frequencies;
ALTER TABLE private.known_addresses RENAME TO known_urls;
ALTER TABLE private.known_urls RENAME COLUMN address_key TO url_key;
ALTER TABLE private.frontier RENAME COLUMN address_key TO url_key;
ALTER TABLE private.upkeep RENAME COLUMN held TO stories;
UPDATE private.upkeep SET task = replace(task, 'background ', 'document frequencies ') WHERE task LIKE 'background %';

-- The kind of a run is the name of its command.
UPDATE runs SET kind = 'run' WHERE kind = 'ingest';

-- A table cannot have an alias for a column: `likeness` stays as a second column for one release.
ALTER TABLE stories RENAME COLUMN likeness TO similarity;
ALTER TABLE stories ADD COLUMN likeness FLOAT;
UPDATE stories SET likeness = similarity;
