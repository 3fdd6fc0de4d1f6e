"""Extraction that takes its time over pages that ask for it; a module of its own because the workers import it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.archive import Segment
from flows.extracting import extract_stored

if TYPE_CHECKING:
    from crawlers.archive import Fetch
    from flows.extracting import Extracted

SLOW = b"<html><body><p>This page takes two minutes.</p></body></html>"


def extract_slowly(page: tuple[str, str, Fetch]) -> Extracted:
    """As `extract_stored`, two minutes later for the slow page."""
    directory, name, fetch = page
    assert fetch.offset is not None
    if Segment(Path(directory), name).read(fetch.offset).body == SLOW:
        time.sleep(120)
    return extract_stored(page)
