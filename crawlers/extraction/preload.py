"""Reads the models and lists of extraction as soon as it is imported.

For the process that workers are forked from: each would take a second to read them, and 100 MB to keep them.
"""

from __future__ import annotations

from crawlers.extraction.extractor import extract

# Without a declared language, so that it is detected.
_PAGE = f"""<!doctype html><html><head><title>The new bridge opens in the harbour</title></head><body><article>
<h1>The new bridge opens in the harbour</h1><p>By Ann Example</p><p>Published on 3 March 2026</p>
<p>{"The town has waited for the bridge for years, and on Tuesday the first cars went over it. " * 8}</p>
<p>{"The mayor said that it would bring the two halves of the town together again at last. " * 8}</p>
</article></body></html>"""

extract(_PAGE.encode(), "https://news.example/2026/the-new-bridge-opens-in-the-harbour")
