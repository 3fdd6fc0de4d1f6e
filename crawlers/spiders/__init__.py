"""The Scrapy spider and its parts: budget, filters, seen URLs, listings, log entries."""
