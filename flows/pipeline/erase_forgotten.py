"""Erases forgotten URLs and sources from a segment of the archive, before the segment is loaded.

`newsloom forget` has removed them, but an interrupted crawl, an import or a restored backup may bring them back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive.changes import erase_from_segment
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.blocklist import blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.archive import Fetch, Segment
    from flows.pipeline.article_version import ExtractedFetch
    from flows.pipeline.blocklist import Blocklist


def erase_forgotten(segment: Segment, forgotten: Blocklist) -> list[Fetch]:
    """Erase fetches of forgotten URLs and sources, and links to them; returns the fetch log without them.

    If it is killed, you can repeat it. Other fetches keep their place in the segment.
    """
    fetches = list(segment.fetches())
    clean = [forgotten.without(fetch) for fetch in fetches]
    if clean != fetches:
        erase_from_segment(segment, forgotten.without)
    return clean


def erase_forgotten_articles(
    segment: Segment, fetches: Sequence[ExtractedFetch], forgotten: Blocklist
) -> list[ExtractedFetch]:
    """Erase pages whose article has a forgotten URL of its own, which only extraction shows; returns the rest.

    If it is killed, you can repeat it: the segment is extracted again.
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
