"""Prefect's database in PostgreSQL, as deploy/compose.yaml has it: a real one, made for the test."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.demo.web import NewsWeb
from tests.end_to_end.conftest import free_port, town_site, town_sources
from tests.end_to_end.service import schedule, up, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import Newsloom

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
START_SECONDS = 60.0
# PostgreSQL does not run as root: there its own user, whom the package made, runs it.
POSTGRES = next((user for user in pwd.getpwall() if user.pw_name == "postgres"), None)

pytestmark = pytest.mark.skipif(
    not BINARIES or (os.geteuid() == 0 and POSTGRES is None),
    reason="NO POSTGRESQL HERE: nobody has tried Prefect with it",
)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address, as SQLAlchemy takes it, of an empty database."""
    # Not below pytest's own folder, which is closed to other users.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        yield from _serve(Path(folder))


def _serve(folder: Path) -> Iterator[str]:
    user = POSTGRES.pw_uid if os.geteuid() == 0 and POSTGRES is not None else None
    if user is not None:
        os.chown(folder, user, -1)
    data, port, binaries = folder / "data", free_port(), BINARIES[-1].parent
    made = [str(binaries / "initdb"), "-D", str(data), "-U", "prefect", "--auth=trust", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, user=user)
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *options], stdout=log, stderr=log, user=user
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        ask = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ask, capture_output=True, check=False).returncode:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)


def test_runs_are_scheduled_from_a_database_in_postgresql(newsloom: Newsloom, postgresql: str) -> None:
    newsloom.environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = postgresql
    with NewsWeb([town_site("one.example", 3)]) as web:
        newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = web.proxy_url
        newsloom.sources(schedule(every_minutes=60) + town_sources("one.example"))
        with up(newsloom) as service:
            wait_for(lambda: service.runs(state="COMPLETED"), "a run")
    assert newsloom.sql("SELECT count(*) FROM articles") == [["3"]]
    assert not (newsloom.data / "private" / "prefect.db").exists()
