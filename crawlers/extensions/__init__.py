"""Scrapy extensions: throttling, Crawl-delay, stopping early, ending with the parent process."""
