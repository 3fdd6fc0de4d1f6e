#!/usr/bin/env python3
"""Runs the benchmarks and writes what they print into docs/benchmarks.md.

usage: python benchmarks/bench.py [PART…] [--full]      (or: make bench PART=import FULL=1)

Each part is a benchmark of its own, run with the sizes below; with --full, with large ones. Parts that are not run keep
their section of the page. A part that fails says so in its section and stops no other. Exit code 1: a part failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import peers

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
LIMIT, FULL_LIMIT = 900.0, 4 * 3600.0
"""Seconds that a part may take."""
LIBRARIES = ("scrapy", "trafilatura", "prefect", "duckdb", "lxml")
SECTION = re.compile(r"^## (\S+)\n", re.MULTILINE)
NUMBER = r"([\d.,]+)"


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table at the top of the page: found in the output of a part by a pattern with one group."""

    name: str
    pattern: str
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A benchmark: what it shows, its command without `python benchmarks/`, and the same with large sizes."""

    name: str
    about: str
    command: str
    full: str
    figures: tuple[Figure, ...] = ()


PARTS = (
    Part(
        "web_archive",
        "From a web archive to rows that can be queried: newsloom archives, extracts, finds duplicates and "
        "stories, loads, indexes and publishes. The peers extract the same pages in a pool of processes, and keep "
        "nothing.",
        "web_archive.py --rounds 3 --slow 100",
        "web_archive.py --rounds 5 --slow 790",
        (
            Figure("web archive to rows, pages per second", rf"^newsloom +{NUMBER} pages/s"),
            Figure("… beside trafilatura alone in a pool", rf"ratio to trafilatura {NUMBER}", "at least 1.4"),
            Figure("… beside newspaper4k in a pool", rf"ratio to newspaper4k {NUMBER}"),
            Figure("… beside news-please in a pool", rf"ratio to news-please {NUMBER}", "at least 8"),
        ),
    ),
    Part(
        "import",
        "Articles that are already extracted: from JSON lines to rows, duplicates and stories included. `wire` is "
        "a month of a real wire, `topics` are English words in which 40 outlets report on 400 topics, `invented` "
        "are words that no list knows.",
        "import.py --text wire topics invented --articles 10315",
        "import.py --text wire topics invented --articles 100000",
        tuple(
            Figure(f"import of {kind}, articles per second", rf"^{kind}: .*\nnewsloom +{NUMBER}", "at least 1,000")
            for kind in ("wire", "topics", "invented")
        ),
    ),
    Part(
        "crawl",
        "Crawling beside a plain Scrapy spider that only saves bodies. Both ask the same pages of the same server "
        "on this machine; newsloom finds them on section pages, and asks one thing at a time of each host.",
        "crawl.py --copies 5 --rounds 3",
        "crawl.py --copies 10 --rounds 5",
        (
            Figure("crawl beside plain Scrapy, wall time", rf"ratio +{NUMBER} of wall time", "at least 1.3"),
            Figure("… CPU time", rf"ratio +{NUMBER} of cpu time"),
        ),
    ),
    Part(
        "extraction",
        "Extraction of a page beside trafilatura, which newsloom builds on: both on one core, with metadata.",
        "extraction.py --rounds 2",
        "extraction.py --rounds 5",
        (Figure("extraction beside trafilatura, speed", rf"^ratio +{NUMBER}"),),
    ),
    Part(
        "extraction_quality",
        "How right the extracted articles are, on public collections of pages: `articles` is the development half "
        "of [WCXB](https://github.com/Murrough-Foley/web-content-extraction-benchmark), `aeb` the [article "
        "extraction benchmark](https://github.com/scrapinghub/article-extraction-benchmark) (its own measure is "
        "`runs`; it publishes .970 for AutoExtract), `fundus` and `news` are test pages of "
        "[Fundus](https://github.com/flairNLP/fundus). No page is scored by a model that has seen its host.",
        "extraction_quality.py --folds 3",
        "extraction_quality.py --folds 10",
        (
            Figure("WCXB articles, F1 of words", r"^articles .* newsloom +(\S+)"),
            Figure("… of trafilatura", r"^articles .* trafilatura +(\S+)"),
            Figure("article extraction benchmark, F1", r"^aeb .* newsloom +\S+ +(\S+)", "0.970 (AutoExtract)"),
            Figure("… of trafilatura", r"^aeb .* trafilatura +\S+ +(\S+)"),
        ),
    ),
    Part(
        "duplicates",
        "Precision and recall for each kind of edit, beside MinHash LSH of datasketch with its usual settings (128 "
        "permutations, runs of five words, Jaccard of at least 0.7).",
        "duplicates.py",
        "duplicates.py",
        (Figure("duplicates, F1", rf"^F1 {NUMBER}"), Figure("… of MinHash LSH", rf"^F1 \S+ beside {NUMBER}")),
    ),
    Part(
        "stories",
        "Stories, on collections of texts whose events are known (BCubed precision, recall and F1).",
        "stories.py --orders 1 --batch 1000",
        "stories.py --orders 3 --background",
        tuple(
            Figure(f"stories of `{name}`, F1", rf"^{name} .*segments of 1000: .* F1 {NUMBER}")
            for name in ("events", "days", "ecb")
        ),
    ),
    Part(
        "names",
        "Names and countries in the reports of a wire, beside the tags of its editors.",
        "names.py ../shared/eval/wire.jsonl.gz",
        "names.py ../shared/eval/wire.jsonl.gz",
        (Figure("countries that a report is about, F1", rf"^other days: countries F1 {NUMBER}"),),
    ),
    Part(
        "dedup_scale",
        "What duplicates and stories cost per 1,000 new articles as the warehouse grows.",
        "dedup_scale.py --stored 10000 100000 --rounds 3",
        "dedup_scale.py",
        (
            Figure(
                "duplicates and stories: cost, many beside few",
                rf"^from first to last: {NUMBER}",
                "1 (flat)",
            ),
        ),
    ),
    Part(
        "warehouse",
        "Loading, indexing, publishing, views, search and size on disk, with few and with many articles.",
        "warehouse.py --articles 50000 --peer 5000",
        "warehouse.py --articles 1000000 --peer 10000",
        (
            Figure("loading and indexing into many, beside few", rf"^both: .* ratio {NUMBER}", "1 (flat)"),
            Figure("published file, bytes per article", rf"^published file .* {NUMBER} bytes per article"),
            Figure(
                "… beside Parquet of the same tables, without the search index",
                rf"the same tables: .* without the search index {NUMBER}",
                "at most 1.2",
            ),
        ),
    ),
    Part(
        "commands",
        "What each command takes, with the memory of all its processes: the start of the command line, the first "
        "run of 200 sources, runs with nothing new, and commands that go over all articles.",
        "commands.py",
        "commands.py --articles 100000",
        (
            Figure("start of the command line, seconds", rf"^newsloom --help +{NUMBER}"),
            Figure("first run of 200 sources with 1,000 pages, seconds", rf"^run, 200 sources\D.*? pages +{NUMBER}"),
            Figure("a run with nothing new, seconds", rf"^run, nothing new +{NUMBER} s.*\n(?!run, nothing)"),
        ),
    ),
    Part(
        "packs",
        "What packs spare a run, beside an archive with a pair of files per segment.",
        "packs.py --days 90",
        "packs.py",
    ),
    Part(
        "worst",
        "The worst known input of each kind: no parsing function takes more than 10 s or 500 MB.",
        "worst.py",
        "worst.py",
        (
            Figure("slowest known input, seconds", rf"^slowest: {NUMBER} s", "at most 10"),
            Figure("largest known input, MB", rf"^largest: {NUMBER} MB", "at most 500"),
        ),
    ),
)


def machine() -> str:
    """Processor, cores, memory and system."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.*)", info)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = model[1].strip() if model else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def commit() -> str:
    """That of newsloom, with a plus if files have changed since; the version where there is no repository."""

    def git(*arguments: str) -> str:
        said = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
        return said.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGE.relative_to(ROOT)}")
    return (git("rev-parse", "--short", "HEAD") or version("newsloom")) + ("+" if changed else "")


def versions() -> str:
    """Of Python, the libraries, and the peers."""
    own = [f"Python {platform.python_version()}"]
    try:
        beside = peers.ask("versions").strip()
    except SystemExit as error:
        beside = str(error)
    return "; ".join([", ".join([*own, *(f"{name} {version(name)}" for name in LIBRARIES)]), f"peers: {beside}"])


def run(part: Part, full: bool) -> tuple[str, bool]:
    """The section of a part, and whether it succeeded."""
    command = part.full if full else part.command
    file, *arguments = command.split()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    load, start = os.getloadavg()[0], time.perf_counter()
    problem = ""
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment,
            timeout=FULL_LIMIT if full else LIMIT,
        )
        output = done.stdout
        if done.returncode:
            problem = f"**This part failed (exit code {done.returncode}).**"
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode(errors="replace")
        problem = f"**This part did not end within {error.timeout:.0f} s.**"
    seconds = time.perf_counter() - start
    lines = output.replace(str(ROOT.parent), "..").strip().splitlines()
    if problem:
        lines = lines[-12:]  # an error, not the figures
    said = "\n".join(line.rstrip() for line in lines)
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, newsloom {commit()}, {seconds:.0f} s; "
    when += f"the load before it was {load:.1f}."
    parts = [part.about, f"`python benchmarks/{command}`", when, problem, f"```text\n{said}\n```"]
    return "\n\n".join(filter(None, parts)), not problem


def sections(page: str) -> dict[str, str]:
    """What the page says of each part."""
    found = SECTION.split(page)[1:]
    return {name: text.strip() for name, text in zip(found[::2], found[1::2], strict=True)}


def figures(found: dict[str, str]) -> str:
    """The table at the top."""
    rows = []
    for part in PARTS:
        for figure in part.figures:
            match = re.search(figure.pattern, found.get(part.name, ""), re.MULTILINE)
            value = match[1].rstrip(",.") if match else "–"
            source = f"[{part.name}](#{part.name})" if part.name in found else part.name
            rows.append(f"| {figure.name} | {value} | {figure.wanted} | {source} |")
    return "\n".join(["| figure | measured | wanted | from |", "|---|---|---|---|", *rows])


def write(found: dict[str, str]) -> None:
    """The whole page."""
    text = "\n\n".join(
        [
            "# Benchmarks",
            "`make bench` measures all of this on your machine and writes this page; `make bench PART=import` "
            "measures one part, `make bench FULL=1` takes large sizes. Where other software does the same, its figure "
            "is from the same run, because a figure alone says more about the machine. These peers are installed from "
            "the package index into an environment of their own. Parts that use collections of real pages and texts "
            "need them in `../shared`; without them they fail, and say so.",
            "This page was written by a machine: do not edit it. A dash is a figure that was not measured yet, or that "
            "its section does not have. Each section says when it was written, and by which commit of newsloom.",
            f"Machine: {machine()}.\n\nVersions at the last change of this page: {versions()}.",
            figures(found),
            *(f"## {part.name}\n\n{found[part.name]}" for part in PARTS if part.name in found),
        ]
    )
    PAGE.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(part.name for part in PARTS))
    parser.add_argument("--full", action="store_true", help="large sizes; this takes hours")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - {part.name for part in PARTS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; the parts are {', '.join(part.name for part in PARTS)}")
    found = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    failed = []
    for part in PARTS:
        if not arguments.parts or part.name in arguments.parts:
            print(f"{part.name} …", end=" ", flush=True)
            start = time.perf_counter()
            found[part.name], succeeded = run(part, arguments.full)
            print(f"{'done' if succeeded else 'FAILED'}, {time.perf_counter() - start:.0f} s", flush=True)
            failed += [] if succeeded else [part.name]
            write(found)
    print(f"{PAGE.relative_to(ROOT)}: " + (f"failed: {', '.join(failed)}" if failed else "all parts succeeded"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
