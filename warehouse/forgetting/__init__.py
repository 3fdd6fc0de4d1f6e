"""Removing what the warehouse holds about an article, a URL or a source."""
