#!/usr/bin/env python3
"""Tries to break newsloom: real runs, disturbed by faults from a seeded plan, must end with the rows of calm ones.

usage: python benchmarks/chaos.py [--rounds 10] [--seed N]      (or: make chaos ROUNDS=10)

A news web on loopback serves a few small sites. First, a run without any fault says how long a run takes and which rows
it gives. Then each round has a data directory of its own and a few faults, one after the other:

- kill run, kill crawl, kill worker: SIGKILL at a random moment; interrupt: Ctrl-C, as a terminal sends it
- kill command: SIGKILL of `rebuild`, `restory` or `reextract`
- small files: no file may grow beyond a random size, as on a full disk
- two at once: a second run while the first one goes on; one of them must be refused
- open reader: a connection to the published file that stays open until the end of the round
- damaged warehouse: bytes of the private file are overwritten, and `rebuild` makes it anew, if need be without the file
- cut segment: an archive file loses its end: `doctor --deep` must notice; then the file is put back
- other clock: a run whose clock is days behind or ahead (where Debian's `faketime` is installed)

After the faults, `newsloom run` must end with exit code 0, the rows must be the undisturbed ones, `doctor --deep` must
find no problem, and nothing that newsloom printed may be a traceback. Each round prints its seed, and
`--rounds 1 --seed SEED` repeats it. Exit code 1: a round failed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from flows.demo.web import NewsWeb, ServedPage, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOSTS = ("one.example", "two.example", "three.example")
ARTICLES = 16
"""Of each host; a fifth of them have a text that another host has, too."""
SEGMENT_PAGES = 5
FAULTS = 4
"""Of each round."""
MOST_RUNS = 4
"""Until one ends with exit code 0, once nothing disturbs any more."""
PATIENCE = 300.0
FAKETIME = shutil.which("faketime")
STATE = (
    # Which of several URLs with the same text is the article's depends on which came first.
    """
    SELECT any_value(title), text, any_value(versions), list_sort(list(DISTINCT url))
    FROM (
        SELECT articles.title, text, versions, unnest([articles.url, aliases.url]) AS url
        FROM articles LEFT JOIN aliases USING (article_id)
    )
    WHERE url IS NOT NULL GROUP BY text ORDER BY ALL
    """,
    "SELECT source, count(*) FROM appearances GROUP BY ALL ORDER BY ALL",
    "SELECT change, count(*) FROM article_versions GROUP BY ALL ORDER BY ALL",
    "SELECT url, reason FROM rejections ORDER BY ALL",
    "SELECT url_key FROM private.known_urls ORDER BY ALL",
    "SELECT url_key FROM private.frontier ORDER BY ALL",
)


def sites() -> list[Site]:
    """Small newspapers, of whose articles some are copies and one is none."""
    return [_site(number, host) for number, host in enumerate(HOSTS)]


def _site(number: int, host: str) -> Site:
    pages: dict[str, ServedPage] = {"/news/2026/a-page-without-text.html": ServedPage(b"<html><body></body></html>")}
    for article in range(ARTICLES):
        told = article if article % 5 == 0 else article + 1000 * (number + 1)
        sentences = " ".join(
            f"Sentence {n} of report {told} says that item {told * 100 + n} was counted in the town." for n in range(24)
        )
        title = f"Report number {told} from the town"
        text = f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{sentences}</p>"
        pages[f"/news/2026/report-number-{told}-from-the-town.html"] = ServedPage(text.encode(), delay=0.05)
    links = "".join(f"<item><title>On {path}</title><link>http://{host}{path}</link></item>" for path in pages)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{links}</channel></rss>'
    return Site(host, {"/feed.xml": ServedPage(feed.encode(), "application/rss+xml"), **pages})


@dataclass
class Newsloom:
    """The command line with a data directory of its own, and all that it printed."""

    folder: Path
    proxy: str
    printed: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "newsloom-data"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True)
        head = f"[crawl]\ndelay = 0\nsegment_pages = {SEGMENT_PAGES}\nrecheck_hours = []\n"
        entries = "".join(f'\n[[source]]\nname = "{host}"\nfeeds = ["http://{host}/feed.xml"]\n' for host in HOSTS)
        (self.folder / "sources.toml").write_text(head + entries, encoding="utf-8")

    def start(
        self, *arguments: str, before: Sequence[str] = (), prepare: Callable[[], None] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, so that Ctrl-C can be sent to all of it."""
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return subprocess.Popen(
            [*before, sys.executable, "-m", "flows.cli", *arguments],
            cwd=self.folder,
            env=environment | {"http_proxy": self.proxy, "PREFECT_HOME": str(self.folder / "prefect")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=prepare,
        )

    def end(self, process: subprocess.Popen[str]) -> int:
        """Wait for a command, and keep what it printed."""
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            said += f"\n*** did not end within {PATIENCE:.0f} s ***"
        self.printed.append(f"$ {' '.join(map(str, process.args[-3:]))}\n{said}")  # type: ignore[index]
        return process.returncode

    def run(self, *arguments: str, before: Sequence[str] = (), prepare: Callable[[], None] | None = None) -> int:
        return self.end(self.start(*arguments, before=before, prepare=prepare))

    def state(self) -> list[list[tuple[object, ...]]]:
        """All rows that must not depend on what disturbed the runs."""
        with duckdb.connect(str(self.data / "private" / "warehouse.duckdb"), read_only=True) as connection:
            return [connection.execute(query).fetchall() for query in STATE]


def descendants(pid: int) -> dict[int, str]:
    """The processes below a process, with their command lines."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    found: dict[int, str] = {}
    layer = {pid}
    while layer := {child for child, parent in parents.items() if parent in layer}:
        found.update({child: commands[child] for child in layer})
    return found


class Round:
    """One data directory and its faults; `problems` says what went wrong."""

    def __init__(self, newsloom: Newsloom, chance: random.Random, seconds: float, open_until_end: ExitStack) -> None:
        self.newsloom, self._chance, self._seconds, self._open = newsloom, chance, seconds, open_until_end
        self.told: list[str] = []
        self.problems: list[str] = []
        self.faults: list[Callable[[], str]] = [
            self.kill_run, self.kill_crawl, self.kill_worker, self.interrupt, self.kill_command, self.small_files,
            self.two_at_once, self.open_reader, self.damaged_warehouse, self.cut_segment,
        ]  # fmt: skip
        if FAKETIME:
            self.faults.append(self.other_clock)

    def disturb(self) -> None:
        """Apply a few faults, each on record with what was done."""
        for fault in self._chance.sample(self.faults, FAULTS):
            self.told.append(f"{fault.__name__.replace('_', ' ')} ({fault()})")

    def _moment(self) -> float:
        """Seconds into a command; most of them before its end."""
        return self._chance.uniform(0.0, 1.1) * self._seconds

    def kill_run(self) -> str:
        run, moment = self.newsloom.start("run"), self._moment()
        time.sleep(moment)
        run.kill()
        self.newsloom.end(run)
        return f"after {moment:.2f} s"

    def interrupt(self) -> str:
        run, moment = self.newsloom.start("run"), self._moment()
        time.sleep(moment)
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGINT)
        code = self.newsloom.end(run)
        # Before Python has begun to run newsloom, Ctrl-C ends it as it ends any program.
        if code not in (0, 130, -signal.SIGINT):
            self.problems.append(f"Ctrl-C after {moment:.2f} s: exit code {code}")
        return f"after {moment:.2f} s: exit code {code}"

    def kill_crawl(self) -> str:
        return self._kill_one(lambda command: "-m crawlers " in command)

    def kill_worker(self) -> str:
        return self._kill_one(lambda command: "forkserver" in command)

    def _kill_one(self, wanted: Callable[[str], bool]) -> str:
        """SIGKILL one such process of a run, a random while after the first of them has begun."""
        run, moment, victim = self.newsloom.start("run"), self._moment() / 2, None
        deadline = None
        while run.poll() is None and victim is None:
            found = [pid for pid, command in descendants(run.pid).items() if wanted(command)]
            if found and deadline is None:
                deadline = time.monotonic() + moment
            if found and deadline is not None and time.monotonic() >= deadline:
                victim = self._chance.choice(found)
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
            time.sleep(0.02)
        code = self.newsloom.end(run)
        return f"{moment:.2f} s after its begin: exit code {code}" if victim else "it had ended"

    def kill_command(self) -> str:
        command = self._chance.choice(("rebuild", "restory", "reextract"))
        self.newsloom.run("run")
        process, moment = self.newsloom.start(command), self._moment()
        time.sleep(moment)
        process.kill()
        self.newsloom.end(process)
        return f"{command} after {moment:.2f} s"

    def small_files(self) -> str:
        size = self._chance.choice((20_000, 100_000, 500_000, 2_000_000))

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return f"{size // 1000} kB: exit code {self.newsloom.run('run', prepare=limit)}"

    def two_at_once(self) -> str:
        first = self.newsloom.start("run")
        time.sleep(self._moment() / 2)
        second = self.newsloom.run("run")
        codes = sorted((self.newsloom.end(first), second))
        if codes not in ([0, 0], [0, 2]):  # one after the other, or one of them refused
            self.problems.append(f"two runs at once: exit codes {codes}")
        return f"exit codes {codes[0]} and {codes[1]}"

    def open_reader(self) -> str:
        published = self.newsloom.data / "news.duckdb"
        if not published.exists():
            self.newsloom.run("run")
        reader = self._open.enter_context(duckdb.connect(str(published), read_only=True))
        return f"{reader.execute('SELECT count(*) FROM articles').fetchall()[0][0]} articles"

    def damaged_warehouse(self) -> str:
        self.newsloom.run("run")
        file = self.newsloom.data / "private" / "warehouse.duckdb"
        place = self._chance.randrange(file.stat().st_size)
        with file.open("r+b") as opened:
            opened.seek(place)
            opened.write(self._chance.randbytes(64))
        self.newsloom.run("run")
        if self.newsloom.run("rebuild"):  # it says to move the file away
            for damaged in file.parent.glob(f"{file.name}*"):
                damaged.unlink()
            code = self.newsloom.run("rebuild")
        else:
            code = 0
        if code:
            self.problems.append(f"rebuild of a damaged warehouse: exit code {code}")
        return f"at byte {place}"

    def cut_segment(self) -> str:
        self.newsloom.run("run")
        file = self._chance.choice(sorted((self.newsloom.data / "archive").glob("*.warc.gz")))
        whole = file.read_bytes()
        size = self._chance.randrange(len(whole))
        file.write_bytes(whole[:size])
        code = self.newsloom.run("doctor", "--deep")
        file.write_bytes(whole)
        if code != 1:
            self.problems.append(f"{file.name} cut to {size} of {len(whole)} bytes: doctor ended with {code}")
        return f"{size} of {len(whole)} bytes left"

    def other_clock(self) -> str:
        days = self._chance.choice((-400, -2, 2, 400))
        assert FAKETIME is not None
        return f"{days:+d} days: exit code {self.newsloom.run('run', before=[FAKETIME, '-f', f'{days:+d}d'])}"

    def check(self, expected: list[list[tuple[object, ...]]]) -> None:
        """What must hold after all faults; see the module's docstring."""
        for number in range(1, MOST_RUNS + 1):
            if (code := self.newsloom.run("run")) == 0:
                break
            self.told.append(f"run {number} after the faults: exit code {code}")
        else:
            self.problems.append(f"no run of {MOST_RUNS} ended with exit code 0")
        found = self.newsloom.state()
        for query, there, wanted in zip(STATE, found, expected, strict=True):
            if there != wanted:
                lacks, extra = set(wanted) - set(there), set(there) - set(wanted)
                self.problems.append(f"{query}: {len(lacks)} rows missing, {len(extra)} too many or changed")
        if code := self.newsloom.run("doctor", "--deep"):
            self.problems.append(f"doctor --deep: exit code {code}\n{self.newsloom.printed[-1]}")
        self.problems += [said for said in self.newsloom.printed if "Traceback" in said or "***" in said]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, help="of the first round; the next ones count on from it")
    parser.add_argument("--verbose", action="store_true", help="print all that newsloom printed")
    arguments = parser.parse_args()
    first = random.SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    failed = []
    with NewsWeb(sites()) as web, tempfile.TemporaryDirectory(prefix="newsloom-chaos-") as folder:
        undisturbed = Newsloom(Path(folder, "undisturbed"), web.proxy_url)
        undisturbed.prepare()
        began = time.monotonic()
        if undisturbed.run("run"):
            print(undisturbed.printed[-1])
            return 1
        seconds = time.monotonic() - began
        expected = undisturbed.state()
        print(f"undisturbed: {len(expected[0])} articles, {seconds:.1f} s" + ("" if FAKETIME else "; no faketime here"))
        for seed in range(first, first + arguments.rounds):
            with ExitStack() as open_until_end:
                newsloom = Newsloom(Path(folder, str(seed)), web.proxy_url)
                newsloom.prepare()
                one = Round(newsloom, random.Random(seed), seconds, open_until_end)
                one.disturb()
                one.check(expected)
            print(f"seed {seed}: {'FAILED' if one.problems else 'same rows'}: {'; '.join(one.told)}", flush=True)
            if arguments.verbose:
                print("\n".join(newsloom.printed))
            for problem in one.problems:
                print(f"  {problem}")
            if one.problems:
                failed.append(seed)
            shutil.rmtree(newsloom.folder)
    print(f"{arguments.rounds - len(failed)} of {arguments.rounds} rounds ended with the same rows; failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
