"""Scheduled runs in a row against a news web with faults, whose pages change in between: does anything pile up?

    .venv/bin/python benchmarks/soak.py [--runs 30] [--hosts 48] [--every 0.4] [--newsweb ../shared/newsweb/newsweb.py]

`newsloom up` serves a crawl every so many minutes; each has half of that time, so that hosts that drip or never answer
cannot hold it up. A third of the hosts have a fault each, of all kinds. The web changes its edition every fifth run.

Printed, a line a run: memory of `newsloom up` (its three processes, without those of runs: Pss, MB), and the size of
Prefect's database with its log. At the end: memory after the last run against that after the tenth (asked: at most
1.1), rows that stand twice (asked: 0), what a run adds to Prefect's database, and what that comes to over the days
that it keeps (see flows/service/prefect_settings.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from flows.data_directory import DataDirectory
from flows.service.prefect_settings import KEEP_RUNS_DAYS
from flows.service.state import running_service

FAULTS = (
    "503-first",
    "429-first",
    "slow",
    "reset",
    "drip",
    "gzip-bomb",
    "huge",
    "redirect-loop",
    "robots-500",
    "robots-deny",
    "bad-feed",
    "xml-bomb",
    "wrong-charset",
    "trap",
    "empty",
    "not-html",
)
MEGABYTE = 1e6
TENTH = 10
EDITION_EVERY = 5
RUNS_A_DAY = 96
NEWSLOOM = [sys.executable, "-m", "flows.cli"]
TWICE = {
    "articles": "SELECT count(*) - count(DISTINCT url) FROM articles",
    "article_state": "SELECT count(*) - count(DISTINCT article_id) FROM article_state",
    "article_versions": "SELECT count(*) - count(DISTINCT version_id) FROM article_versions",
    "segments": "SELECT count(*) - count(DISTINCT segment) FROM segments",
    "feeds": "SELECT count(*) - count(DISTINCT (url, source)) FROM feeds",
    "runs": "SELECT count(*) - count(DISTINCT run_id) FROM runs",
}


def main() -> None:
    """Run it and print what it finds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--hosts", type=int, default=48)
    parser.add_argument("--every", type=float, default=0.4, help="minutes between two runs")
    parser.add_argument("--newsweb", type=Path, default=Path("../shared/newsweb/newsweb.py"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak(Path(folder), arguments.newsweb.absolute(), arguments.runs, arguments.hosts, arguments.every)


def soak(folder: Path, newsweb: Path, runs: int, hosts: int, every: float) -> None:
    """Serve, look after each run, and say what came of it."""
    listed = subprocess.run([sys.executable, str(newsweb), "--sources"], check=True, capture_output=True, text=True)
    sources = [json.loads(line) for line in listed.stdout.splitlines()][:hosts]
    faults = {source["host"]: FAULTS[n // 3 % len(FAULTS)] for n, source in enumerate(sources) if n % 3 == 0}
    (folder / "faults.json").write_text(json.dumps(faults), encoding="utf-8")
    settings = f"[schedule]\nevery_minutes = {every}\nrun_minutes = {every / 2}\n\n[crawl]\ndelay = 0\n"
    settings += "poll_minutes = [0, 0]\n"
    entries = (f'\n[[source]]\nname = "{source["host"]}"\nfeeds = ["{source["feed"]}"]\n' for source in sources)
    (folder / "sources.toml").write_text(settings + "".join(entries), encoding="utf-8")
    port = folder / "port"
    server = subprocess.Popen(
        [
            sys.executable,
            str(newsweb),
            "--port",
            "0",
            "--port-file",
            str(port),
            "--faults",
            str(folder / "faults.json"),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not (port.exists() and port.read_text()):
            time.sleep(0.1)
        proxy = f"http://127.0.0.1:{port.read_text()}"
        environment = os.environ | {"http_proxy": proxy, "https_proxy": proxy}
        environment.pop("PREFECT_API_URL", None)
        subprocess.run([*NEWSLOOM, "up", "--detach"], cwd=folder, env=environment, check=True)
        try:
            watch(folder, proxy, runs)
        finally:
            subprocess.run([*NEWSLOOM, "down"], cwd=folder, env=environment, check=True)
        print(f"violations of robots.txt: {ask(proxy, '/stats')['violations'] or 'none'}")
    finally:
        server.terminate()
        server.wait(30)


def watch(folder: Path, proxy: str, runs: int) -> None:
    """Look after each run, until there were enough, and sum up."""
    directory = DataDirectory(folder / "newsloom-data")
    service = running_service(directory)
    assert service is not None
    memory: list[float] = []
    sizes: list[int] = []
    print(f"{'run':>4} {'outcome':>10} {'seconds':>8} {'new':>5} {'MB':>7} {'Prefect MB':>11}")
    while len(memory) < runs:
        ended = rows(directory, "SELECT outcome FROM runs WHERE outcome <> 'running' ORDER BY started_at")
        if len(ended) <= len(memory):
            time.sleep(0.2)
            continue
        seconds, new = rows(
            directory,
            "SELECT epoch(finished_at - started_at), (SELECT count(*) FROM fetches WHERE run_id = runs.run_id AND "
            "outcome = 'loaded') FROM runs WHERE outcome <> 'running' ORDER BY started_at DESC LIMIT 1",
        )[0]
        time.sleep(2)  # the run's own process ends
        memory.append(megabytes(service.pid))
        sizes.append(sum(file.stat().st_size for file in directory.private.glob("prefect.db*")))
        outcome = ended[len(memory) - 1][0]
        line = f"{len(memory):>4} {outcome:>10} {seconds or 0:>8.1f} {new:>5} {memory[-1]:>7.0f}"
        print(f"{line} {sizes[-1] / MEGABYTE:>11.1f}", flush=True)
        if len(memory) % EDITION_EVERY == 0:
            ask(proxy, f"/edition/{2 if len(memory) // EDITION_EVERY % 2 else 1}", post=True)
    sum_up(directory, memory, sizes)


def sum_up(directory: DataDirectory, memory: list[float], sizes: list[int]) -> None:
    """Print the figures."""
    for table, query in TWICE.items():
        print(f"rows that stand twice in {table}: {rows(directory, query)[0][0]}")
    print(f"articles: {rows(directory, 'SELECT count(*) FROM articles')[0][0]}, runs by outcome: ", end="")
    outcomes = rows(directory, "SELECT outcome, count(*) FROM runs GROUP BY outcome ORDER BY outcome")
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes))
    if len(memory) > TENTH:
        print(f"memory after the last run against that after the tenth: {memory[-1] / memory[TENTH - 1]:.3f}")
        each = (sizes[-1] - sizes[TENTH - 1]) / (len(sizes) - TENTH)
        kept = each * RUNS_A_DAY * KEEP_RUNS_DAYS / MEGABYTE
        print(
            f"Prefect's database: {each / 1e3:.0f} kB a run; at {RUNS_A_DAY} runs a day, kept {KEEP_RUNS_DAYS} days: "
            f"{kept:.0f} MB"
        )


def rows(directory: DataDirectory, query: str) -> list[tuple[object, ...]]:
    """The answer of the published warehouse; nothing before there is one."""
    if not directory.news.exists():
        return []
    with duckdb.connect(str(directory.news), read_only=True) as connection:
        return connection.execute(query).fetchall()


def megabytes(pid: int) -> float:
    """Memory of a process and its children's, but not of what these start: shared pages are divided among sharers."""
    family = [pid, *children(pid)]
    total = 0
    for member in family:
        for line in Path(f"/proc/{member}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total * 1024 / MEGABYTE


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in listed for child in file.read_text(encoding="utf-8").split()]


def ask(proxy: str, path: str, *, post: bool = False) -> dict[str, object]:
    """An answer of the news web about itself."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    request = urllib.request.Request(f"http://newsweb.control{path}", method="POST" if post else "GET")
    with opener.open(request, timeout=60) as answer:
        said: dict[str, object] = json.load(answer)
        return said


if __name__ == "__main__":
    main()
