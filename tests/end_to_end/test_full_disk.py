"""`newsloom run` on a disk that is full: in words, whether it is so before Prefect starts or afterwards."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import Newsloom, town_sources
from tests.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path


def on_a_small_disk(newsloom: Newsloom, folder: Path, megabytes: int, meanwhile: str = ":") -> tuple[int, str]:
    """`newsloom run` with a data directory on a file system of its own; exit code, and what it said."""
    folder.mkdir()
    done = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
            f"mount -t tmpfs -o size={megabytes}m none {folder} || exit 99\n"
            f"({meanwhile}) & {sys.executable} -m flows.cli run --data {folder}/data; code=$?; wait; exit $code",
        ],
        cwd=newsloom.folder,
        env=newsloom.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=480,
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(autouse=True)
def sources(newsloom: Newsloom) -> None:
    contact = '[crawl]\ncontact = "me@example.org"\n'
    text = town_sources("one.example").replace("[crawl]\n", contact)
    newsloom.sources("[alerts]\nleast_free_gb = 0.001\n\n" + text)


def test_a_full_disk_is_reported_before_prefect_starts(newsloom: Newsloom, tmp_path: Path) -> None:
    code, said = on_a_small_disk(newsloom, tmp_path / "disk", 20)
    assert code == 2
    assert "the disk has 0.02 GB free, and no crawl starts below 0.05 GB" in said
    assert "least_free_gb" not in said, "to lower it would not help"
    assert "Traceback" not in said


def test_a_disk_that_fills_up_under_prefect_is_reported(newsloom: Newsloom, tmp_path: Path) -> None:
    """Of a server that cannot write Prefect says that it cannot be reached, or that it has failed."""
    disk = tmp_path / "disk"
    newsloom.environment["PREFECT_API_URL"] = f"http://127.0.0.1:{free_port()}/api"
    begun = f"timeout 60 sh -c 'until test -d {disk}/data/private; do sleep 0.1; done'"
    fill = f"{begun}; sleep 0.3; cat /dev/zero > {disk}/filler"
    code, said = on_a_small_disk(newsloom, disk, 90, f"({fill}) >/dev/null 2>&1")
    assert code == 2, said
    assert "the disk is full (0.00 GB free); the run stopped" in said
    assert "Traceback" not in said
