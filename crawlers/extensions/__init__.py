"""Scrapy extensions: throttle, Crawl-delay, fast stop, parent watch. `crawlers.settings` enables them."""
