"""Articles from files: where files are found, and how each kind is read."""
