"""The archive: everything that was fetched, as sealed WARC/1.1 segments, each with a log of what was tried.

`SegmentWriter` writes segments, `sealed_segments` finds them, `Segment` reads one, and `salvage` seals what a killed
writer left open. Small ones of past days share files (`crawlers.archive.packs`). Nothing here touches the network.
"""

from crawlers.archive.contents import Exchange, Original, Record
from crawlers.archive.fetch_log import Fetch, FoundListing, Kind, Outcome
from crawlers.archive.reader import Records, Segment, Stored, own_segments, sealed_segments
from crawlers.archive.salvage import salvage
from crawlers.archive.writer import SegmentWriter

__all__ = [
    "Exchange",
    "Fetch",
    "FoundListing",
    "Kind",
    "Original",
    "Outcome",
    "Record",
    "Records",
    "Segment",
    "SegmentWriter",
    "Stored",
    "own_segments",
    "salvage",
    "sealed_segments",
]
