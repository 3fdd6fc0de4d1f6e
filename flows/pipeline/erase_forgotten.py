"""Erasing what was forgotten from a segment of the archive: a step of its own, before the segment is loaded.

The warehouse no longer has a forgotten article, but a crawl that was running meanwhile, a restored backup or an import
may bring it into the archive again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive.erase import erase_from_segment
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.blocklist import blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.archive import Fetch, Segment
    from flows.pipeline.article_version import ExtractedFetch
    from flows.pipeline.blocklist import Blocklist


def erase_forgotten(segment: Segment, forgotten: Blocklist) -> list[Fetch]:
    """Erase fetches of forgotten URLs and sources, and links to them; returns the log as it is then.

    Killed in between, it can be repeated. Other fetches keep their place in the segment.
    """
    fetches = list(segment.fetches())
    clean = [forgotten.without(fetch) for fetch in fetches]
    if clean != fetches:
        erase_from_segment(segment, forgotten.without)
    return clean


def erase_forgotten_articles(
    segment: Segment, fetches: Sequence[ExtractedFetch], forgotten: Blocklist
) -> list[ExtractedFetch]:
    """Erase pages whose article gives a forgotten URL as its own, which only extraction shows; returns the rest.

    Killed in between, it can be repeated: the segment is extracted again.
    """
    offsets = {
        extracted.fetch.offset
        for extracted in fetches
        if extracted.version is not None and forgotten.has_url(extracted.version.article.url)
    }
    if not offsets:
        return list(fetches)
    erase_from_segment(segment, lambda fetch: blank(fetch, hide_source=False) if fetch.offset in offsets else None)
    return [
        extracted_fetch(blank(extracted.fetch, hide_source=False), None)
        if extracted.fetch.offset in offsets
        else extracted
        for extracted in fetches
    ]
