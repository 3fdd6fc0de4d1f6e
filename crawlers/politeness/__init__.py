"""What keeps a crawl welcome and safe: robots.txt, delays, waiting, limits per host, the address guard."""
