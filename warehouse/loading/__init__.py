"""Loading a segment: one .sql file a step, run in one transaction."""
