"""Extraction that takes its time over some pages, its worker down, or fails. The workers import it: a module."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from flows.pipeline.article_version import ExtractedFetch, extracted_fetch
from flows.pipeline.extract import read_and_extract

if TYPE_CHECKING:
    from crawlers.archive import Fetch, RecordReader
    from crawlers.extraction import SourceProfile

SLOW = b"<html><body><p>This page takes two minutes.</p></body></html>"
HESITANT = b"<html><body><p>This page takes four seconds.</p></body></html>"
BROKEN = b"<html><body><p>This page nobody foresaw.</p></body></html>"
DEADLY = b"<html><body><p>This page takes its worker down.</p></body></html>"


def extract_page_slowly(records: RecordReader, page: Fetch, profile: SourceProfile | None) -> ExtractedFetch:
    """As `extract_page`, some time later for slow pages."""
    assert page.offset is not None
    body = records.read(page.offset).body
    if body == BROKEN:
        raise ZeroDivisionError("nobody foresaw it")
    if body == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep({SLOW: 120, HESITANT: 4}.get(body, 0))
    return extracted_fetch(page, read_and_extract(records, page, profile))
