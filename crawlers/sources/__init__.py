"""The sources: `sources.toml`, OPML files and the catalogue of publishers."""
