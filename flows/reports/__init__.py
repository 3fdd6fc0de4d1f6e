"""What people read: summaries, tables, search results, notifications."""
