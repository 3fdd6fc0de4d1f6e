#!/usr/bin/env python3
"""What each command costs: seconds, CPU seconds and peak memory of all its processes.

usage: python benchmarks/commands.py [--sources N] [--pages N] [--articles N]

First the start of the command line. Then runs against a news web on loopback: the first run of --sources sources, each
with a feed of --pages pages, and a run with nothing new. Then, in another data directory, an import of --articles
articles (see invented.py) and the commands that go over all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path

from invented import News
from processes import Measured, measured

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # benchmarks/warehouse.py is not the package

from flows.demo.web import NewsWeb, ServedPage, Site

NEWSLOOM = (sys.executable, "-m", "flows.cli")
STARTS = 5
PER_DAY = 1000


def show(name: str, took: Measured) -> None:
    print(f"{name:34} {took.seconds:7.2f} s {took.cpu:7.2f} s of CPU {took.megabytes:6.0f} MB", flush=True)


def starts(folder: Path) -> None:
    """The command line without anything to do, beside Python itself."""
    for name, command in (
        ("python -c pass", (sys.executable, "-c", "pass")),
        ("newsloom --help", (*NEWSLOOM, "--help")),
        ("newsloom run --help", (*NEWSLOOM, "run", "--help")),
        ("newsloom --version", (*NEWSLOOM, "--version")),
    ):
        took = sorted((measured(command, cwd=folder) for _ in range(STARTS)), key=lambda one: one.seconds)
        show(name, took[STARTS // 2])


def site(host: str, articles: list[dict[str, str]]) -> Site:
    """A newspaper with a feed."""
    pages = {}
    for number, article in enumerate(articles):
        paragraphs = "".join(f"<p>{part}</p>" for part in article["text"].split("\n"))
        body = (
            f"<html lang=en><head><title>{article['title']}</title></head><body><article><h1>{article['title']}</h1>"
            f"<time datetime={article['published_at']}>{article['published_at']}</time>{paragraphs}</article>"
        )
        pages[f"/news/2026/report-number-{number}-of-{host.partition('.')[0]}.html"] = ServedPage(body.encode())
    items = "".join(f"<item><title>On {path}</title><link>http://{host}{path}</link></item>" for path in pages)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
    return Site(host, {"/feed.xml": ServedPage(feed.encode(), "application/rss+xml"), **pages})


def runs(folder: Path, sources: int, pages: int) -> None:
    """The first run of so many sources, and runs with nothing new."""
    news = iter(News(5, PER_DAY))
    hosts = [f"paper{number}.example" for number in range(sources)]
    entries = "".join(f'\n[[source]]\nname = "{host}"\nfeeds = ["http://{host}/feed.xml"]\n' for host in hosts)
    head = "[crawl]\ndelay = 0\npoll_minutes = [0, 0]\nrecheck_hours = []\n"
    folder.mkdir()
    (folder / "sources.toml").write_text(head + entries, encoding="utf-8")
    with NewsWeb([site(host, list(islice(news, pages))) for host in hosts]) as web:
        environment = {"http_proxy": web.proxy_url, "no_proxy": "", "PREFECT_HOME": str(folder / "prefect")}
        for name in (f"run, {sources} sources, {sources * pages:,} pages", "run, nothing new", "run, nothing new"):
            show(name, measured([*NEWSLOOM, "run"], cwd=folder, environment=environment))


def stored(folder: Path, articles: int) -> None:
    """An import, and what goes over all articles."""
    file = folder / "articles.jsonl"
    folder.mkdir()
    with file.open("w", encoding="utf-8") as lines:
        last = {}
        for last in islice(News(1, PER_DAY), articles):
            lines.write(json.dumps(last) + "\n")
    word = str(last["title"]).split()[0]
    show(f"import, {articles:,} articles", measured([*NEWSLOOM, "import", file], cwd=folder))
    for command in (
        ("import", str(file)),
        ("sql", "SELECT source, count(*) FROM articles GROUP BY source"),
        ("search", word),
        ("page", str(last["url"])),
        ("export", "--to", "out"),
        ("doctor",),
        ("doctor", "--deep"),
        ("restory",),
        ("reextract",),
        ("rebuild",),
    ):
        name = "import, the same again" if command[0] == "import" else " ".join(command[:2])[:33]
        show(name, measured([*NEWSLOOM, *command], cwd=folder))


def sizes(data: Path, articles: int) -> None:
    """Bytes on disk per article."""
    parts = {
        "archive": sum(file.stat().st_size for file in (data / "archive").rglob("*") if file.is_file()),
        "private warehouse": (data / "private" / "warehouse.duckdb").stat().st_size,
        "published file": (data / "news.duckdb").stat().st_size,
    }
    print("bytes per article:", ", ".join(f"{name} {size / articles:,.0f}" for name, size in parts.items()))


def main() -> None:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--articles", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        starts(folder)
        runs(folder / "runs", arguments.sources, arguments.pages)
        stored(folder / "stored", arguments.articles)
        sizes(folder / "stored" / "newsloom-data", arguments.articles)


if __name__ == "__main__":
    main()
