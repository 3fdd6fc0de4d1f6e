"""Keeping what there is within the bounds of `[keep]`; what is not loaded yet is never removed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crawlers.archive import Segment, sealed_segments
from flows.layout import GIGABYTE
from warehouse.retention import kept_segments, mark_removed, remove_requests, removed_segments

if TYPE_CHECKING:
    from datetime import datetime

    from flows.layout import DataDirectory
    from flows.settings import Keep
    from warehouse import Writer

# Files of segments that were marked and then not removed, because somebody pulled the plug, are looked for so long.
SECOND_LOOK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed: segments with their bytes, rows of the logs, folders of plans."""

    segments: int
    bytes: int
    rows: int
    plans: int


def keep_within(writer: Writer, directory: DataDirectory, keep: Keep, now: datetime) -> Removed:
    """Remove what is older, or more, than `keep` allows. Killed in between, the next call does the rest."""
    segments, size = _archive(writer, directory, keep, now)
    rows = 0
    if keep.requests_days is not None:
        rows = remove_requests(writer, now - timedelta(days=keep.requests_days), now)
    return Removed(segments, size, rows, _plans(directory, now - timedelta(days=keep.plans_days)))


def _archive(writer: Writer, directory: DataDirectory, keep: Keep, now: datetime) -> tuple[int, int]:
    if keep.archive_days is None and keep.archive_gb is None:
        return 0, 0
    there = {segment.name: segment for segment in sealed_segments(directory.archive)}
    loaded = kept_segments(writer.connection)
    sizes = {name: _size(segment) for name, segment in there.items()}
    too_old = now - timedelta(days=keep.archive_days) if keep.archive_days is not None else None
    most = keep.archive_gb * GIGABYTE if keep.archive_gb is not None else float("inf")
    held = float(sum(sizes.values()))
    gone = []
    for name, loaded_at in loaded.items():  # oldest first
        if name in there and ((too_old is not None and loaded_at < too_old) or held > most):
            gone.append(name)
            held -= sizes[name]
    mark_removed(writer, gone, now)
    for name in removed_segments(writer.connection, now - SECOND_LOOK) & there.keys():
        there[name].warc_path.unlink(missing_ok=True)
        there[name].log_path.unlink(missing_ok=True)
    return len(gone), sum(sizes[name] for name in gone)


def _size(segment: Segment) -> int:
    return sum(path.stat().st_size for path in (segment.warc_path, segment.log_path) if path.exists())


def _plans(directory: DataDirectory, before: datetime) -> int:
    folders = [folder for folder in (directory.private / "runs").glob("*") if folder.is_dir()]
    old = [folder for folder in folders if folder.stat().st_mtime < before.timestamp()]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
