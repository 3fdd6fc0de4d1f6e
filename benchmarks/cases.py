"""Runs the inputs of ../shared/cases, on which other software failed, and prints what newsloom makes of them.

    python benchmarks/cases.py [--cases DIR] [CASE…]

Each case is a folder with pages, feeds, a web archive, or the answers of a site; the checks are here, because the
folders state what is expected in words. Exit code 1 if a case fails.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb
from rich.console import Console
from rich.table import Table

from crawlers.discovery import parse_feed
from crawlers.extraction import Article, Rejection, extract
from flows.demo.web import NewsWeb, ServedPage, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = Path(__file__).parents[2] / "shared" / "cases"
PAGE = "https://www.kestrelpost.example/news/board-debates-lighthouse-123.html"
FEED = "https://www.kestrelpost.example/feeds/all.xml"
FETCHED = datetime(2026, 3, 20, 12, tzinfo=UTC)
PARAGRAPHS = (
    "The harbour board met",
    "Engineers who examined",
    "The chairwoman",
    "Opposition members",
    "A decision is",
)
ITEMS = ("the gallery must be closed", "the lamp room needs", "the foundations will be surveyed")

# What is wrong with the answer to an input; empty if nothing is.
Problem = str


def read(file: Path, **known: datetime) -> Article | Rejection:
    return extract(file.read_bytes(), PAGE, fetched_at=FETCHED, **known)  # type: ignore[arg-type]


def pages(folder: Path) -> Iterator[tuple[str, Article | Rejection]]:
    for file in sorted(folder.glob("*.html")):
        yield file.name, read(file)


def each(check: Callable[[str, Article], Problem]) -> Callable[[Path], Problem]:
    """A check of every page of a case."""

    def run(folder: Path) -> Problem:
        problems = [
            (name, f"rejected: {found.reason}" if isinstance(found, Rejection) else check(name, found))
            for name, found in pages(folder)
        ]
        return "; ".join(f"{name}: {problem}" for name, problem in problems if problem)

    return run


def lines(*needed: str) -> Callable[[str, Article], Problem]:
    """A check that the text has a line with each of these beginnings, in this order, and no line about cookies."""

    def check(_: str, found: Article) -> Problem:
        at = [found.text.find(text) for text in needed]
        if -1 in at:
            return f"lacks {needed[at.index(-1)]!r}"
        if at != sorted(at):
            return "the order has changed"
        return "has the cookie notice" if "cookies" in found.text else ""

    return check


def expected(folder: Path) -> dict[str, str | None]:
    stated: dict[str, str | None] = json.loads((folder / "case.json").read_text(encoding="utf-8"))["expected"]
    return stated


def title(folder: Path) -> Problem:
    wanted = expected(folder)["title"]
    return each(lambda _, found: "" if found.title == wanted else f"found {found.title!r}")(folder)


def authors(folder: Path) -> Problem:
    wanted = expected(folder)["authors"]
    return each(lambda _, found: "" if list(found.authors) == wanted else f"found {list(found.authors)}")(folder)


def published(found: Article) -> str | None:
    return found.published_at.astimezone(UTC).isoformat() if found.published_at else None


def published_as_stated(folder: Path) -> Problem:
    """By file, or one time for all; None is no date."""
    stated = expected(folder)

    def check(name: str, found: Article) -> Problem:
        wanted, time = stated.get("published_at", stated.get(name)), published(found)
        right = time is None if wanted is None else (time or "").startswith(wanted)
        return "" if right else f"found {time}"

    return each(check)(folder)


def readable(folder: Path) -> Problem:
    def check(_: str, found: Article) -> Problem:
        return "is not readable" if "�" in found.text or len(found.text) < 100 else ""

    def run(file: Path, charset: str | None) -> Problem:
        found = extract(file.read_bytes(), PAGE, http_charset=charset, fetched_at=FETCHED)
        problem = f"rejected: {found.reason}" if isinstance(found, Rejection) else check(file.name, found)
        return f"{file.name}: {problem}" if problem else ""

    answers = json.loads((folder / "case.json").read_text(encoding="utf-8"))["got"]
    return "; ".join(
        filter(None, (run(file, answers[file.name]["http_charset"]) for file in sorted(folder.glob("*.html"))))
    )


def canonical(folder: Path) -> Problem:
    return each(lambda name, found: "" if found.url == expected(folder)[name] else f"found {found.url}")(folder)


def listed(folder: Path) -> Problem:
    """The date of a listing in another calendar, or a zero, is no date."""
    problems = []
    for year in (1404, 1970):
        found = read(folder / "page.html", listed_at=datetime(year, 1, 1, tzinfo=UTC))
        if isinstance(found, Rejection) or found.published_at is not None:
            problems.append(f"listed {year}: found {found}")
    return "; ".join(problems)


def entries(folder: Path, name: str) -> list[tuple[str, str | None, str | None]]:
    feed = parse_feed((folder / name).read_bytes(), FEED)
    return [
        (
            link.url,
            link.published_at.isoformat() if link.published_at else None,
            link.modified_at.isoformat() if link.modified_at else None,
        )
        for link in feed.links
    ]


def other_calendars(folder: Path) -> Problem:
    """A year in another calendar is converted or left out."""
    wrong = []
    for name in ("jalali.xml", "buddhist.xml"):
        for _, first, changed in entries(folder, name):
            if (first is not None and not first.startswith("2026-01-2")) or not (changed or "").startswith(
                "2026-01-27"
            ):
                wrong.append(f"{name}: {first}, {changed}")
    return "; ".join(wrong)


def offsets(folder: Path) -> Problem:
    wanted = json.loads((folder / "case.json").read_text(encoding="utf-8"))["expected"]
    found = [first or "" for _, first, _ in entries(folder, "offsets.xml")]
    return "" if all(map(str.startswith, found, wanted)) and len(found) == len(wanted) else f"found {found}"


def months(folder: Path) -> Problem:
    unread = [url for url, first, _ in entries(folder, "names.xml") if first is None]
    return f"not read: {unread}" if unread or len(entries(folder, "names.xml")) != 8 else ""


def links_of_feeds(folder: Path) -> Problem:
    paths = {"self.xml": "/a/4.html", "empty-alternate.xml": "/a/5", "empty-link.xml": "/a/1"}
    found = {name: [urlsplit(url).path for url, *_ in entries(folder, name)] for name in paths}
    return "" if found == {name: [path] for name, path in paths.items()} else f"found {found}"


class Warehouse:
    """The command line in an empty folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = os.environ | environment

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self, query: str) -> list[tuple[str, ...]]:
        with duckdb.connect(str(self.folder / "newsloom-data" / "news.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query).fetchall()


def web_archive(folder: Path) -> Problem:
    with tempfile.TemporaryDirectory() as made:
        newsloom = Warehouse(Path(made), {})
        done = newsloom("import", str(folder / "in.warc.gz"))
        loaded = len(newsloom.rows("SELECT url FROM articles"))
    return "" if (loaded, done.returncode) == (4, 0) else f"{loaded} loaded, exit code {done.returncode}: {done.stdout}"


def served(check: Callable[[Warehouse, NewsWeb], Problem]) -> Callable[[Path], Problem]:
    """A check after two runs over the site of a case."""

    def run(folder: Path) -> Problem:
        answers = json.loads((folder / "served.json").read_text(encoding="utf-8"))
        sources = (folder / "sources.toml").read_text(encoding="utf-8")
        host = urlsplit(sources.partition("http://")[2].partition('"')[0].join(("http://", ""))).netloc
        site = Site(
            host,
            {
                path: ServedPage(
                    (folder / answer["file"]).read_bytes(),
                    answer["type"],
                    answer["status"],
                    tuple((name, value) for name, value in answer["headers"]),
                )
                for path, answer in answers.items()
            },
        )
        with tempfile.TemporaryDirectory() as made, NewsWeb([site]) as web:
            newsloom = Warehouse(Path(made), {"http_proxy": web.proxy_url, "https_proxy": web.proxy_url})
            (newsloom.folder / "sources.toml").write_text(sources, encoding="utf-8")
            for _ in range(2):
                done = newsloom("run")
                if done.returncode or "Traceback" in done.stderr:
                    return f"exit code {done.returncode}: {done.stderr[-300:]}"
            return check(newsloom, web)

    return run


def two_articles(newsloom: Warehouse, _: NewsWeb) -> Problem:
    found = newsloom.rows("SELECT url FROM articles")
    return "" if len(found) == 2 else f"found {found}"


def three_articles_asked_once(newsloom: Warehouse, web: NewsWeb) -> Problem:
    found = newsloom.rows("SELECT url FROM articles")
    asked = [request.path for request in web.requests if request.path.startswith("/live/")]
    return "" if len(found) == 3 and len(asked) == len(set(asked)) == 3 else f"found {found}, asked {asked}"


def all_but_the_cut(newsloom: Warehouse, _: NewsWeb) -> Problem:
    (found,) = newsloom.rows("SELECT list(split_part(url, '/', 5) ORDER BY url) FROM articles")
    failed = newsloom.rows(
        "SELECT DISTINCT url, outcome, detail FROM fetches WHERE kind = 'page' AND outcome <> 'loaded'"
    )
    cut = [row for row in failed if "gzip-cut-in-the-middle" in row[0]]
    if len(found[0]) != 8 or not cut:
        return f"loaded {found[0]}; not loaded {failed}"
    return ""


DATES = {
    1: "2026-03-05 09:00", 2: "2026-03-05 09:00", 3: "2026-03-05 13:00", 4: "2026-03-05 20:28", 5: "2025-09-18",
    7: "2025-08-15", 8: "2025-10-02", 9: "2025-08-01", 10: "2025-08-01", 11: None, 12: None,
}  # fmt: skip


def feed_dates(newsloom: Warehouse, _: NewsWeb) -> Problem:
    rows = newsloom.rows("SELECT split_part(url, '-', -1), CAST(published_at AS VARCHAR) FROM articles")
    found = {int(number): time for number, time in rows}
    wrong = {
        number: found.get(number, "no article")
        for number, wanted in DATES.items()
        if number not in found
        or ((found[number] or "").startswith(wanted) if wanted else found[number] is None) is False
    }
    return f"found {wrong}" if wrong else ""


CHECKS: dict[str, Callable[[Path], Problem]] = {
    "01": each(lines(*PARAGRAPHS[:4], "What happens next", *ITEMS, PARAGRAPHS[4])),
    "02": each(lines(*PARAGRAPHS[:4], "What happens next", *ITEMS, PARAGRAPHS[4])),
    "03": each(lines(*PARAGRAPHS[:4], "Day | Opening hours", "Monday | ten to twelve", PARAGRAPHS[4])),
    "04": each(lines(*PARAGRAPHS[:4], "jobs in the port", PARAGRAPHS[4])),
    "11": title,
    "14": title,
    "15": authors,
    "16": authors,
    "17": authors,
    "18": authors,
    "21": published_as_stated,
    "22": published_as_stated,
    "23": published_as_stated,
    "28": readable,
    "31": canonical,
    "33": other_calendars,
    "34": listed,
    "35": offsets,
    "37": months,
    "39": links_of_feeds,
    "44": web_archive,
    "45": web_archive,
    "47": served(two_articles),
    "48": served(three_articles_asked_once),
    "56": served(all_but_the_cut),
    "58": served(feed_dates),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the cases, and print what newsloom makes of them.")
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of the cases")
    parser.add_argument("names", nargs="*", metavar="CASE", help="beginnings of names; all if none is given")
    arguments = parser.parse_args()
    table = Table("case", "result", "what is wrong")
    failed = 0
    folders = [
        folder
        for folder in sorted(arguments.cases.iterdir())
        if folder.is_dir() and folder.name.startswith(tuple(arguments.names) or "")
    ]
    for folder in folders:
        problem = CHECKS[folder.name[:2]](folder)
        failed += bool(problem)
        table.add_row(folder.name, "fails" if problem else "passes", problem[:600])
    Console().print(table)
    print(f"{len(folders) - failed} of {len(folders)} cases pass")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
