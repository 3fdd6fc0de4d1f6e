"""The archive: everything that was fetched, in sealed WARC/1.1 segments, each with a fetch log.

`SegmentWriter` writes segments, `sealed_segments` finds them, `Segment` reads one, and `salvage_segments` seals what a
killed writer left open. Small segments of past days share files (`crawlers.archive.packs`). Sealed segments may be in
an object store (`crawlers.archive.archive_store`); nothing else here uses the network.
"""

from crawlers.archive.contents import Exchange, ImportedRecord, OriginalCapture
from crawlers.archive.fetch_log import Fetch, FoundListing, Kind, Outcome
from crawlers.archive.reader import (
    RecordReader,
    Segment,
    StoredContent,
    loose_segments,
    sealed_segments,
    unpacked_segments,
)
from crawlers.archive.salvage import salvage_segments
from crawlers.archive.writer import SegmentWriter

__all__ = [
    "Exchange",
    "Fetch",
    "FoundListing",
    "ImportedRecord",
    "Kind",
    "OriginalCapture",
    "Outcome",
    "RecordReader",
    "Segment",
    "SegmentWriter",
    "StoredContent",
    "loose_segments",
    "salvage_segments",
    "sealed_segments",
    "unpacked_segments",
]
