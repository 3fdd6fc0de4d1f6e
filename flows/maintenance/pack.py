"""Packs small, loaded segments of past days: see `crawlers.archive.packing`."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from crawlers.archive.changes import pack_segments, packable_segments
from warehouse.retention import requests_of

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.archive.packing import PackingResult
    from flows.data_directory import DataDirectory
    from warehouse import Writer

logger = logging.getLogger("newsloom")
# The next run loads the segments of a run that was killed, so a day gets this much time to become complete.
AFTER = timedelta(days=1)


def pack_loaded(writer: Writer, directory: DataDirectory, now: datetime, *, spare: int = 0) -> PackingResult:
    """Pack the small, loaded segments of days (UTC) that have been over for 24 hours.

    `spare` bytes of the disk stay free. After an interruption, the next call does the rest.
    """
    before = (now.astimezone(UTC) - AFTER).date()
    loaded = requests_of(writer.connection, packable_segments(directory.archive, before))
    packed = pack_segments(directory.archive, loaded, before, min_free_bytes=spare)
    for problem in packed.problems:
        logger.warning("%s", problem)
    return packed
