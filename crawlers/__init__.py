"""From the web to an Article: discovery, politeness, archive and extraction."""
