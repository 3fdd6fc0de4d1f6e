"""Links stories of different languages that report the same event; knows nothing of the warehouse."""
