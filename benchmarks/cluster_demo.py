#!/usr/bin/env python3
"""`make cluster-demo`: newsloom beyond one machine, on this one.

Starts PostgreSQL, a server that speaks S3, and a Dask cluster of two workers, all on loopback; crawls the newspapers of
the demo in two shards, extracts them on the cluster, archives them in a bucket, loads them into a lake, and reads both
from another folder. Stops everything in the end, also after Ctrl-C, and leaves no file.

Not part of newsloom's package, because the servers come from its tests and its development packages.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import LocalCluster

sys.path.insert(0, str(Path(__file__).parent.parent))

from flows.demo.sites import demo_sites, demo_sources_toml
from flows.demo.web import NewsWeb
from tests.servers import HAS_POSTGRESQL, USER, postgresql, s3

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "newsloom"
PAGE = "http://harbour-courier.example/2026/02/12/fish-market-roof-decision"
QUERY = "SELECT source, count(*) AS articles FROM articles GROUP BY source ORDER BY source"


def show(folder: Path, environment: dict[str, str], *command: str) -> None:
    """Run a command as a user would, after a line that shows it."""
    print(f"\n$ {shlex.join(command)}", flush=True)
    program = [sys.executable, "-m", "flows.cli", *command[1:]] if command[0] == "newsloom" else list(command)
    with subprocess.Popen(program, cwd=folder, env=environment) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the command has it as well, and ends in good order
            process.wait()
            raise
    if code:
        raise subprocess.CalledProcessError(code, program)


@contextmanager
def dask() -> Iterator[str]:
    """The address of a scheduler with two workers, which Ctrl-C does not end before the command that uses them."""
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        signal.signal(signal.SIGINT, heard)
        yield cluster.scheduler_address


def main() -> None:
    """Start the servers, run the commands, stop the servers."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the servers end with this process
    if not HAS_POSTGRESQL:
        sys.exit(
            "The demo needs PostgreSQL, which is not installed, or not where Debian and Ubuntu have it "
            "(/usr/lib/postgresql). Install it with: apt-get install postgresql"
        )
    with (
        tempfile.TemporaryDirectory(prefix="newsloom-cluster-") as name,
        postgresql() as port,
        s3(BUCKET) as environment,
        dask() as scheduler,
        NewsWeb(demo_sites(1)) as web,
    ):
        folder = Path(name)
        print("PostgreSQL, an S3 server and a Dask scheduler with two workers are running on this machine.")
        sources = f'{demo_sources_toml()}\n[extract]\nengine = "dask"\nscheduler = "{scheduler}"\n'
        (folder / "sources.toml").write_text(sources, encoding="utf-8")
        lake = (
            f'warehouse = "ducklake:postgres:dbname=postgres host=127.0.0.1 port={port} user={USER}"\n'
            f'data_path = "s3://{BUCKET}/lake"\n'
        )
        for data in ("newsloom-data", "reader"):  # a reader needs no more than these files and its credentials
            (folder / data).mkdir()
            (folder / data / "warehouse.toml").write_text(lake, encoding="utf-8")
            (folder / data / "archive.toml").write_text(f'store = "s3://{BUCKET}/newsloom"\n', encoding="utf-8")
        proxy = {"http_proxy": web.proxy_url, "no_proxy": "127.0.0.1"}
        ours = os.environ | environment | proxy | {"PYTHONPATH": os.pathsep.join(sys.path)}
        show(
            folder,
            ours,
            "tail",
            "-n",
            "2",
            "sources.toml",
            "newsloom-data/warehouse.toml",
            "newsloom-data/archive.toml",
        )
        show(folder, ours, "newsloom", "run", "--shards", "2")
        show(folder, ours, "newsloom", "sql", "--data", "reader", QUERY)
        show(folder, ours, "newsloom", "explain", "--data", "reader", PAGE)
        print("\nStopping the servers.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped: the servers have ended.")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
