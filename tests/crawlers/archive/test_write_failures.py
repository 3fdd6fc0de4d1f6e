from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import crawlers
from crawlers.archive import Fetch, Segment, SegmentWriter
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable

    Checked = Callable[[Path], list[tuple[str, str | None]]]

FULL_DISK = """
import os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.errors import ArchiveError

def add(writer, url, body, detail=None):
    fetch = Fetch(url, "s", Kind.PAGE, Outcome.FETCHED, datetime.now(UTC), detail=detail)
    return writer.add(fetch, Exchange("GET", url, (), 200, "OK", (), body))

_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
with SegmentWriter(Path(sys.argv[1]), "run", name="one") as writer:
    add(writer, "https://example.org/1", b"first")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    for body, detail in (os.urandom(300_000), "long body"), (b"short", "long line" * 30_000):
        try:
            add(writer, "https://example.org/2", body, detail)
        except ArchiveError as error:
            print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    add(writer, "https://example.org/3", b"third")
"""


def test_a_page_for_which_there_is_no_room_leaves_nothing_behind(tmp_path: Path, checked: Checked) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(crawlers.__file__).parents[1])}
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    child = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=True)
    assert child.stdout == f"{tmp_path / 'one'}: cannot be written: File too large\n" * 2
    segment = Segment(tmp_path, "one")
    assert len(checked(segment.warc_path)) == 5
    bodies = [segment.read(known.offset).body for known in segment.fetches() if known.offset is not None]
    assert bodies == [b"first", b"third"]


@pytest.mark.parametrize("name", [None, "one"])
def test_a_folder_that_is_none_says_which(name: str | None, tmp_path: Path, fetch: Callable[..., Fetch]) -> None:
    (tmp_path / "archive").write_text("a file")
    with SegmentWriter(tmp_path / "archive", "run", name=name) as writer, pytest.raises(ArchiveError) as caught:
        writer.add(fetch())
    assert str(tmp_path / "archive") in str(caught.value)
