"""What keeps a crawl welcome: robots.txt, delays, conditional requests."""
