"""The crawl plan: what a crawl is asked to fetch, as plain data."""
