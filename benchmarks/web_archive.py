#!/usr/bin/env python3
"""Pages per second from a web archive to rows that can be queried, beside libraries that extract and keep nothing.

usage: python benchmarks/web_archive.py [--shared DIR] [--pages N] [--rounds N] [--slow N]

The pages of ../shared/pages/articles become one WARC file. newsloom imports it: archive, articles or rejections,
duplicates, stories, warehouse, search index, published file. The peers read the same file and extract each page in a
pool of as many processes as there are cores; they keep nothing. They take turns in each round. The slow ones get only
the first --slow pages, once.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import peers
from processes import measured
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from warehouse import connect

ROOT = Path(__file__).resolve().parent.parent
CORES = os.cpu_count() or 1
SLOW = ("newspaper4k", "news-please")


def write_archive(folder: Path, file: Path, most: int) -> int:
    """One response record a page, as crawlers write them; returns the number of pages."""
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()][:most]
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for row in rows:
            body = gzip.decompress((folder / row["file"]).read_bytes())
            head = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
            record = writer.create_warc_record(
                row["url"],
                "response",
                payload=io.BytesIO(body),
                http_headers=StatusAndHeaders("200 OK", head, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2026-01-05T12:00:00Z"},
            )
            writer.write_record(record)
    return len(rows)


def ours(file: Path, pages: int) -> tuple[float, float, float]:
    """Pages per second, CPU milliseconds a page, and MB of an import."""
    with tempfile.TemporaryDirectory() as data:
        took = measured([sys.executable, "-m", "flows.cli", "import", file, "--data", data], cwd=ROOT)
        with connect(Path(data)) as warehouse:
            articles, rejected = warehouse.execute(
                "SELECT (SELECT count(*) FROM appearances), (SELECT count(*) FROM rejections)"
            ).fetchall()[0]
    # A page at the URL of another one is a further version, an alias or nothing.
    assert articles + rejected >= 0.9 * pages, f"{articles} articles and {rejected} rejections of {pages} pages"
    return pages / took.seconds, 1000 * took.cpu / pages, took.megabytes


def theirs(peer: str, file: Path, pages: int) -> tuple[float, float, float]:
    """The same of a peer."""
    took = measured(peers.command(peer, file, "--processes", str(CORES), "--most", str(pages)))
    done = json.loads(took.output.strip().splitlines()[-1])
    assert done["pages"] == pages
    return pages / took.seconds, 1000 * took.cpu / pages, took.megabytes


def line(name: str, rates: list[tuple[float, float, float]], note: str = "") -> float:
    """Print the medians; returns that of pages per second."""
    rate, cpu, megabytes = (statistics.median(column) for column in zip(*rates, strict=True))
    print(f"{name:12} {rate:7.1f} pages/s, {cpu:6.1f} ms of CPU a page, {megabytes:5.0f} MB{note}", flush=True)
    return rate


def main() -> None:
    """Print the rates and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--pages", type=int, default=790)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", type=int, default=200, help="pages for the peers that are slow")
    arguments = parser.parse_args()
    folder = arguments.shared / "pages" / "articles"
    if not (folder / "index.jsonl").is_file():
        sys.exit(f"{folder}: the pages are not here; give the folder of the evaluation data with --shared")
    peers.install()
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "pages.warc.gz")
        pages = write_archive(folder, file, arguments.pages)
        size = file.stat().st_size / 1e6
        print(f"{pages} pages, {size:.0f} MB of WARC, {CORES} cores, load {os.getloadavg()[0]:.1f}")
        rates: dict[str, list[tuple[float, float, float]]] = {"newsloom": [], "trafilatura": []}
        for number in range(arguments.rounds):
            for name in sorted(rates, reverse=bool(number % 2)):
                rates[name].append(ours(file, pages) if name == "newsloom" else theirs(name, file, pages))
        few = min(arguments.slow, pages)
        slow = {name: [theirs(name, file, few)] for name in SLOW}
    rate = line("newsloom", rates["newsloom"], ", to rows in a published warehouse")
    other = line("trafilatura", rates["trafilatura"], f", alone in {CORES} processes")
    each = sorted(a[0] / b[0] for a, b in zip(rates["newsloom"], rates["trafilatura"], strict=True))
    print(f"ratio to trafilatura {statistics.median(each):.2f} (from {each[0]:.2f} to {each[-1]:.2f})")
    for name, found in slow.items():
        other = line(name, found, f", the first {few} pages, in {CORES} processes")
        print(f"ratio to {name} {rate / other:.1f}")


if __name__ == "__main__":
    main()
