"""A server of the dashboard for the invented newspapers: the command itself, asked on loopback."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from filelock import FileLock

from flows.dashboard.address import dashboard_url
from tests.flows.dashboard.newspapers import make_warehouse
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 120.0


@dataclass(frozen=True)
class Dashboard:
    url: str
    client: httpx.Client

    def __call__(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)


@contextmanager
def served(data: Path) -> Iterator[Dashboard]:
    """`newsloom dashboard` for a data directory."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "dashboard", "--data", str(data), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        assert ready, "the dashboard does not start"
        said = os.read(process.stdout.fileno(), 1000).decode()
        assert said == f"Dashboard: {dashboard_url(port)} (Ctrl-C stops it)\n"
        with httpx.Client(base_url=dashboard_url(port), trust_env=False, timeout=PATIENCE) as client:
            yield Dashboard(dashboard_url(port), client)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def newspapers(session_folder: Path) -> Path:
    """The data directory of the invented newspapers."""
    folder = session_folder / "dashboard"
    with FileLock(session_folder / "dashboard.lock"):
        if not (folder / "ready").exists():
            folder.mkdir()
            make_warehouse(folder)
            (folder / "ready").touch()
    return folder / "data"


@pytest.fixture(scope="session")
def dashboard(newspapers: Path) -> Iterator[Dashboard]:
    with served(newspapers) as running:
        yield running


@pytest.fixture
def own_copy(newspapers: Path, tmp_path: Path) -> Path:
    """A data directory with a copy of the published file, to be changed."""
    data = tmp_path / "own"
    data.mkdir()
    shutil.copyfile(newspapers / "news.duckdb", data / "news.duckdb")
    return data
