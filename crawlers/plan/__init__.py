"""The crawl plan: what a crawl is to fetch, as plain data."""
