"""Pages per second of a newsloom crawl, archive writing included, beside a plain Scrapy spider that only saves bodies.

    .venv/bin/python benchmarks/crawl.py [--copies 10] [--rounds 3] [--newsweb ../shared/newsweb/newsweb.py]

Both ask the same pages of the same server, a process of its own on this machine, in turns. Plain Scrapy has
its default settings (16 requests at a time, 8 to a host) but for its log; it is given the addresses of all pages.
newsloom is given the section pages that list them, and asks one thing at a time of each host, without delay. Hosts
whose robots.txt asks for a Crawl-delay are left out: newsloom would wait there, and plain Scrapy does not. The server
sends pages in gzip, as nearly all do; newsloom archives them as they came, plain Scrapy saves them unpacked.

Beside pages per second of the clock stand those per second of processor time, which others on the machine change less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from crawlers.archive import Kind, Outcome, sealed_segments
from crawlers.discovery import write_keys
from crawlers.plan.model import KNOWN_KEYS_FILE, CrawlPlan, PlannedRequest, PlannedSource, write_plan

PLAIN = """
import sys
from pathlib import Path
import scrapy
from scrapy.crawler import CrawlerProcess

class Plain(scrapy.Spider):
    name = "plain"

    async def start(self):
        for url in Path(sys.argv[1]).read_text().split():
            yield scrapy.Request(url)

    def parse(self, response):
        self.number = getattr(self, "number", 0) + 1
        Path(sys.argv[2], str(self.number)).write_bytes(response.body)

process = CrawlerProcess({"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True, "TELNETCONSOLE_ENABLED": False})
process.crawl(Plain)
process.start()
"""


@dataclass(frozen=True)
class Rate:
    """Pages per second: of the clock, and of processor time."""

    wall: float
    cpu: float


def timed(command: list[str], proxy: str) -> tuple[float, float]:
    """Wall and processor seconds of a process that must succeed."""
    environment = os.environ | {"http_proxy": proxy, "no_proxy": ""}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def plain(folder: Path, urls: list[str], proxy: str) -> Rate:
    """How fast the plain spider is."""
    (folder / "bodies").mkdir()
    (folder / "urls").write_text("\n".join(urls))
    (folder / "plain.py").write_text(PLAIN)
    wall, cpu = timed([sys.executable, str(folder / "plain.py"), str(folder / "urls"), str(folder / "bodies")], proxy)
    saved = len(list((folder / "bodies").iterdir()))
    assert saved == len(urls), f"{saved} of {len(urls)} pages"
    return Rate(saved / wall, saved / cpu)


def ours(folder: Path, hosts: list[str], proxy: str) -> tuple[Rate, list[str]]:
    """How fast newsloom's crawl is, and the addresses it fetched."""
    plan = folder / "plan"
    plan.mkdir()
    sources = tuple(
        PlannedSource(host, 0.0, (PlannedRequest(f"http://{host}/section/news", Kind.SECTION),)) for host in hosts
    )
    write_keys(plan / KNOWN_KEYS_FILE, ())
    write_plan(plan, CrawlPlan("bench", str(folder / "archive"), "newsloom-benchmark", 500, sources))
    wall, cpu = timed([sys.executable, "-m", "crawlers", str(plan)], proxy)
    log = [fetch for segment in sealed_segments(folder / "archive") for fetch in segment.fetches()]
    pages = [fetch.url for fetch in log if fetch.kind is Kind.PAGE and fetch.outcome is Outcome.FETCHED]
    return Rate(len(pages) / wall, len(pages) / cpu), pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=10, help="further copies of every page")
    parser.add_argument("--rounds", type=int, default=3)
    shared = Path(__file__).parents[2] / "shared"
    parser.add_argument("--newsweb", type=Path, default=shared / "newsweb" / "newsweb.py")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = [sys.executable, str(arguments.newsweb)]
        listed = subprocess.run([*server, "--sources"], check=True, capture_output=True, text=True).stdout
        hosts = [json.loads(line)["host"] for line in listed.splitlines()]
        port = folder / "port"
        process = subprocess.Popen(
            [*server, "--port", "0", "--port-file", str(port), "--copies", str(arguments.copies)],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not (port.exists() and port.read_text()):
                time.sleep(0.2)
            proxy = f"http://127.0.0.1:{port.read_text()}"
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
            hosts = [host for host in hosts if b"Crawl-delay" not in opener.open(f"http://{host}/robots.txt").read()]
            rates: dict[str, list[Rate]] = {"newsloom": [], "plain Scrapy": []}
            for number in range(arguments.rounds):
                for part in ("ours", "plain"):
                    (folder / f"{part}{number}").mkdir()
                rate, pages = ours(folder / f"ours{number}", hosts, proxy)
                rates["newsloom"].append(rate)
                rates["plain Scrapy"].append(plain(folder / f"plain{number}", pages, proxy))
                print(
                    f"round {number + 1}: {len(pages)} pages;", *(f"{k} {v[-1].wall:.0f}/s" for k, v in rates.items())
                )
            with opener.open("http://newsweb.control/stats") as answer:
                assert json.load(answer)["violations"] == []
        finally:
            process.terminate()
            process.wait()
    for clock in ("wall", "cpu"):
        for kind, values in rates.items():
            print(
                f"{kind:14} {statistics.median(getattr(rate, clock) for rate in values):7.1f} pages/s of {clock} time"
            )
        pairs = zip(rates["newsloom"], rates["plain Scrapy"], strict=True)
        ratios = sorted(getattr(a, clock) / getattr(b, clock) for a, b in pairs)
        print(
            f"{'ratio':14} {statistics.median(ratios):7.2f} of {clock} time (from {ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


if __name__ == "__main__":
    main()
