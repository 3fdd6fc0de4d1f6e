"""Finding, trying and adding sources."""
