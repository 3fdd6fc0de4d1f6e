"""The list of sources: `sources.toml`, OPML and the catalogue of publishers."""
