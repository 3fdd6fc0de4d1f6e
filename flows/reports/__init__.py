"""Output for people: summaries, tables, search results, notifications."""
