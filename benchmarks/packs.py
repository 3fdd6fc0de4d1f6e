#!/usr/bin/env python3
"""What packs spare a run, and what they cost: CPU seconds beside the same archive with a file pair a segment.

usage: python benchmarks/packs.py [--days N] [--segments N] [--pages N]

--days days of --segments segments each, as a run every 15 minutes leaves them: one listing and --pages pages of some
30 KB that are mostly text. Measured are listing what may wait to be loaded, packing a day, reading every page by its
offset, and taking one page of each segment of a day out of the archive (`newsloom forget`).
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawlers.archive import Exchange, Fetch, Kind, Outcome, Segment, SegmentWriter, loose_segments, sealed_segments
from crawlers.archive.erase import erase_from_segments
from crawlers.archive.packing import pack_segments
from crawlers.archive.packs import newest_packed_segments

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = [f"word{number:x}" for number in range(5000)]


def fill(archive: Path, segments: int, pages: int) -> list[Segment]:
    """A day of segments."""
    chance = random.Random(1)
    for number in range(segments):
        at = BEGIN + timedelta(minutes=14 * number)
        with SegmentWriter(archive, "run", name=f"{at:%Y%m%d%H%M%S}-aaaaaaaaaaaa-00000") as writer:
            for page in range(pages):
                url = f"https://example.org/{number}/{page}"
                body = " ".join(chance.choices(WORDS, k=4000)).encode()
                fetch = Fetch(url, "example", Kind.PAGE, Outcome.FETCHED, at, status=200, bytes=len(body))
                writer.add(fetch, Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body))
    return loose_segments(archive)


def copy_days(archive: Path, days: int) -> None:
    """The first day once more for each other day: as files with nothing in them, for they are listed only."""
    files = [path.name for path in archive.iterdir() if path.is_file()]
    for number in range(1, days):
        day = f"{BEGIN + timedelta(days=number):%Y%m%d}"
        for name in files:
            (archive / f"{day}{name[8:]}").touch()


def copy_packs(archive: Path, days: int) -> None:
    """The same for packs."""
    (log,) = archive.glob("packs/*/*.jsonl")
    for number in range(1, days):
        day = f"{BEGIN + timedelta(days=number):%Y%m%d}"
        folder = archive / "packs" / day[:6]
        folder.mkdir(exist_ok=True)
        shutil.copy(log, folder / f"{day}-1.jsonl")
        (folder / f"{day}-1.warc.gz").touch()


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of a call, the least of some."""
    took = []
    for _ in range(times):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


def read(segments: list[Segment], offsets: dict[str, list[int]]) -> None:
    """Every page, by its offset."""
    for segment in segments:
        for offset in offsets[segment.name]:
            segment.read(offset)


def erase(segments: list[Segment]) -> None:
    """The first page of each segment."""
    list(
        erase_from_segments(
            segments,
            lambda _, fetch: replace(fetch, url="gone:", offset=None) if fetch.url.endswith("/0") else None,
        )
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--segments", type=int, default=96)
    parser.add_argument("--pages", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        own, packed = Path(folder, "own"), Path(folder, "packed")
        segments = fill(own, given.segments, given.pages)
        shutil.copytree(own, packed)
        in_pack = loose_segments(packed)
        known = {segment.name: segment.log_lines() for segment in in_pack}
        size = sum(path.stat().st_size for path in packed.iterdir())
        took = cpu(lambda: pack_segments(packed, known, date(2027, 1, 1)))
        print(f"packing a day of {len(segments)} segments, {size / 1e6:.0f} MB: {took:.2f} s")
        copy_packs(packed, given.days)  # so that the folder of its month is full
        offsets = {segment.name: [f.offset for f in segment.fetches() if f.offset is not None] for segment in segments}
        count = sum(len(some) for some in offsets.values())
        for name, some in (("own files", segments), ("a pack", in_pack)):
            took = cpu(lambda some=some: read(some, offsets), 5)  # type: ignore[misc]
            print(f"reading a page from {name}: {took / count * 1e6:.0f} µs")
        for name, some in (("own files", segments), ("a pack", in_pack)):
            print(f"erasing a page of each segment of a day in {name}: {cpu(lambda some=some: erase(some)):.2f} s")  # type: ignore[misc]
        copy_days(own, given.days)
        before = cpu(lambda: loose_segments(own), 3)
        after = cpu(lambda: (loose_segments(packed), newest_packed_segments(packed)), 3)
        print(f"what may wait, of {given.days} days: {before * 1e3:.0f} ms in own files, {after * 1e3:.1f} ms packed")
        everything = cpu(lambda: sealed_segments(packed), 3)
        print(f"all segments of {given.days} packs (rebuild, doctor): {everything * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
