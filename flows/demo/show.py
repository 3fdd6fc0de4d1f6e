"""Runs the demo: crawls four small newspapers, publishes a second edition, crawls again and queries the result."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flows.demo.sites import demo_articles, demo_sites, demo_sources_toml
from flows.demo.web import NewsWeb
from flows.errors import FlowsError
from flows.reports.query_output import write
from warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from flows.data_directory import DataDirectory

SOURCES = "sources.toml"

# What the demo shows at the end: questions, each with the SQL that answers it.
QUESTIONS = (
    (
        "Which articles are in the warehouse?",
        "SELECT source, language, title, word_count AS words, strftime(published_at, '%Y-%m-%d %H:%M') AS published\n"
        "FROM articles ORDER BY published_at DESC LIMIT 8",
    ),
    (
        "What changed between the two runs?",
        "SELECT change, title, strftime(modified_at, '%Y-%m-%d %H:%M') AS modified, word_count AS words\n"
        "FROM article_versions WHERE article_id IN (SELECT article_id FROM articles WHERE versions > 1)\n"
        "ORDER BY seen_at",
    ),
    (
        "Which URLs belong to the same article?",
        "SELECT alias.kind, alias.url AS other_url, article.url AS article\n"
        "FROM aliases AS alias JOIN articles AS article USING (article_id)",
    ),
    ("Which pages were rejected, and why?", "SELECT source, reason, url FROM rejections ORDER BY source"),
    (
        "What happened to each page?",
        "SELECT outcome, reason, count(*) AS pages FROM fetches WHERE kind = 'page' GROUP BY ALL ORDER BY ALL",
    ),
)


def run_demo(directory: DataDirectory, console: Console) -> None:
    """Serve the newspapers, run the flow twice and print the results. The data directory stays for the user to query.

    Raises FlowsError if the directory contains anything other than an earlier demo.
    """
    sources = _prepare(directory)
    # Here, because these imports take a second.
    from flows.pipeline.run import run_sources
    from flows.progress import show_progress
    from flows.reports.run_summary import print_summary

    with NewsWeb(demo_sites(1)) as web, _proxied_through(web.proxy_url):
        served = len([article for article in demo_articles(1) if article.kind == "article"])
        console.print(
            f"Four newspapers are served at {web.proxy_url}: {served} articles, and some pages that are not articles."
        )
        console.print("[bold]First run[/bold]")
        with show_progress() as reporter:
            first = run_sources(sources, directory.root, 0.0, None, reporter)
        print_summary(first, console)
        for site in demo_sites(2):
            web.publish(site)
        console.print("\nOne newspaper edits a story, and another publishes a new one. [bold]Second run[/bold]")
        with show_progress() as reporter:
            second = run_sources(sources, directory.root, 0.0, None, reporter)
        print_summary(second, console)
    console.print("\nQueries on the warehouse:")
    with connect(directory.news) as connection:
        for question, query in QUESTIONS:
            console.print(f"\n[bold]{question}[/bold]")
            console.print(query, markup=False, soft_wrap=True)
            write(connection, query, "table", sys.stdout.buffer)
    relative = os.path.relpath(directory.root)
    console.print(f"The warehouse is {relative}/news.duckdb. Query it yourself:")
    console.print(f'  {_program_name()} sql --data {relative} "FROM articles"', markup=False)


def _program_name() -> str:
    """How the user calls newsloom: by name, or by its path if it is not on the search path (`make demo`)."""
    called = Path(sys.argv[0])
    return os.path.relpath(called) if called.name == "newsloom" and not shutil.which("newsloom") else "newsloom"


def _prepare(directory: DataDirectory) -> Path:
    sources = directory.root / SOURCES
    if directory.root.exists() and any(directory.root.iterdir()):
        if not sources.is_file() or sources.read_text(encoding="utf-8") != demo_sources_toml():
            raise FlowsError(
                f"{directory.root}: is not empty and not from an earlier demo. Choose another one with --data DIR."
            )
        shutil.rmtree(directory.root)
    directory.root.mkdir(parents=True, exist_ok=True)
    sources.write_text(demo_sources_toml(), encoding="utf-8")
    return sources


@contextmanager
def _proxied_through(proxy: str) -> Iterator[None]:
    """Send all requests of the crawl to the demo's own web; its hosts exist nowhere else."""
    before = {name: os.environ.get(name) for name in ("http_proxy", "https_proxy")}
    os.environ.update(dict.fromkeys(before, proxy))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
