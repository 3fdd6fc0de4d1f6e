"""The Scrapy spiders: thin, they ask discovery what to follow."""
