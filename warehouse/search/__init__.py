"""The full-text index: built in parts, merged, and kept up to date with what is loaded."""
