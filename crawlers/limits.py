"""Limits on the size of what is fetched, read and stored, and on how long a host is waited for, each with its reason.

Every name carries its unit. A limit that concerns one algorithm alone (nesting, attributes) is defined beside it.
"""

from __future__ import annotations

_KIB = 1 << 10
_MIB = 1 << 20

MAX_PAGE_BYTES = 10 * _MIB
"""Of an article page, or a record of an import. The longest of 278 captured news pages has 2.2 MB, scripts included;
anything over 10 MiB is a log, a dump or a trap."""

MAX_TEXT_CHARS = 1_000_000
"""Of the text of an article, about 170,000 words. Finding duplicates takes a hundred times the memory of a text; a
longer one is no article, or a trap."""

MAX_LISTING_BYTES = 20 * _MIB
"""Of a feed or section page; the largest real ones have a few MB."""

MAX_SITEMAP_BYTES = 50 * _MIB
"""Of a sitemap, uncompressed: the limit of the protocol (sitemaps.org/protocol.html). Nothing larger is downloaded."""

MAX_ROBOTS_BYTES = 10 * _MIB
"""Of a robots.txt, uncompressed; of a longer one nothing is read."""

MAX_PARSED_ROBOTS_BYTES = 500 * _KIB
"""Of a robots.txt, from its beginning: what RFC 9309 (2.5) asks a crawler to parse at least."""

MAX_OPML_BYTES = 20 * _MIB
"""Of an OPML file to import; a feed reader's list of a thousand feeds has about 200 KB."""

MAX_SOURCES_BYTES = 26 * _MIB
"""Of a sources.toml: 100,000 sources with a homepage, feeds and a sitemap each have about 25 MB."""

MAX_STORED_BODY_BYTES = 64 * _MIB
"""Of a body in the archive, unpacked: more than a crawl downloads of anything."""

MAX_HTTP_HEAD_BYTES = 24 * _KIB
"""Of an HTTP header block in the archive. By default, fastwarc gives up a whole file at a block of over 32 KiB."""

MAX_URL_BYTES = 8 * _KIB
"""Of a URL in the archive, for the same reason; servers accept about as much (RFC 9110, 4.1 recommends 8000). URLs are
ASCII once they are normalised, so it is also the limit in characters."""

MAX_LISTED_URL_CHARS = 4096
"""Of a URL in a listing; longer ones are not followed. Servers commonly refuse request lines over 8 KiB; half of
that is generous."""

MAX_TITLE_CHARS = 1000
"""Of a title in a listing, the rest is cut off; real headlines have up to about 300."""

MAX_FEED_ENTRIES = 10_000
"""Read from a feed. Feeds of 1,000 are rare."""

MAX_SITEMAP_ENTRIES = 50_000
"""Read from a sitemap: the limit of the protocol (sitemaps.org/protocol.html)."""

MAX_SECTION_LINKS = 10_000
"""Read from a section page; the busiest front pages have about 1,000."""

MAX_SEGMENT_BYTES = 64 * _MIB
"""Of a segment, both files together: it is sealed once it has reached this."""

MAX_SEGMENT_CONTENT_BYTES = 64 * _MIB
"""Of the contents of a segment, before compression: loading a segment takes some ten times the memory of its texts, and
pages of text compress a hundredfold. 500 ordinary pages have about twice as much."""

MAX_CRAWL_DELAY_SECONDS = 60.0
"""Of the pause that a robots.txt asks for: a longer one would outlast the crawl, and some files hold typing errors."""

MAX_THROTTLE_DELAY_SECONDS = 60.0
"""Of the pause between two requests to a host that answers slowly."""

MAX_HOST_WAIT_SECONDS = 120.0
"""Of all the waits that one host asks for in a crawl (Retry-After). A host that asks for more is crawled again in a
later run."""
