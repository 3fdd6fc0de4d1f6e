"""Names in articles: people, organisations, places and countries, in the table `mentions`."""
