"""What keeps a crawl welcome and safe: robots.txt, retries, limits per host, and the guard against private networks.

The throttle and Crawl-delay are Scrapy extensions: see `crawlers.extensions`.
"""
