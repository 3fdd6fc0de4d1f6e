-- Pages show that a parameter is no part of their URLs only if each has a text of its own.
ALTER TABLE parameter_evidence ADD COLUMN text_key UBIGINT;
DELETE FROM parameter_evidence WHERE supports;
