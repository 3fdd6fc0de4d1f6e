"""`newsloom import`: load articles from files."""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from flows.cli.json_output import json_option, print_json
from flows.cli.options import TIME, UNTIL, check_languages, data_option, extract_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

SHOWN_KEYS = 5


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=KEY,…",
    help='Keys that stand for fields, such as "title=headline,url=link,text=body.main".',
)
@click.option("--source", metavar="NAME", help="Source of all records.  [default: their own, or the host of their URL]")
@click.option(
    "--clean", is_flag=True, help="Remove advertising, consent notices, author bios and teasers from the texts."
)
@click.option(
    "--host", "hosts", multiple=True, metavar="HOST", help="WARC: only pages of this host and its subdomains."
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    callback=check_languages,
    help="WARC: only pages in this language (ISO 639-1, two letters).",
)
@click.option(
    "--since",
    type=TIME,
    help="WARC: only pages fetched since this time (UTC).",
)
@click.option(
    "--until",
    type=UNTIL,
    help="WARC: only pages fetched before this time (UTC), or up to this day.",
)
@extract_option
@json_option
@data_option
@wait_option
def command(
    files: tuple[str, ...],
    maps: tuple[str, ...],
    source: str | None,
    clean: bool,
    as_json: bool,
    hosts: tuple[str, ...],
    languages: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sources: Path,
    data: Path,
    wait: float,
) -> None:
    """Load articles from files into the warehouse.

    FILE is a path, a folder, `-` for standard input, or a URL such as s3://BUCKET/KEY or https://… (needs
    newsloom[remote]), which is streamed, not downloaded. s3://BUCKET/2026/11/*.warc.gz stands for all files that match.
    A file named .paths or .paths.gz is a list of paths and URLs, one per line, such as Common Crawl's warc.paths.gz.
    The content tells the type of a file:

    \b
    JSON      one object per line, a list of objects, or one object
    CSV, TSV  with a line of names
    Parquet
    HTML      a saved page that names its URL (canonical link, or a browser's note)
    text      one article: the first line is the title, the rest is the text
    WARC      the HTML pages of a web archive; other records are skipped
    All of these in .gz or .zst, too. Files of `newsloom export` come back as they were.

    \b
    Fields: url, title, text; optional: source, published_at (ISO 8601, or another
    clear date, 1901 to 2099), published_precision (second, minute or day),
    published_utc_offset (minutes), modified_at, first_seen_at, authors, tags
    (lists), language (ISO 639-1), section, description, image_url, is_free.
    The keys of news-please, trafilatura, Fundus and newspaper4k are known; name
    others with --map. Keys without a field are not kept, and counted.

    Invalid records and pages that are not articles are skipped; the table `fetches` has their place and the reason.
    Interrupted imports resume: run the command again. A file that was already imported is not loaded twice.

    \b
    newsloom import articles.jsonl.gz old-crawl/ pages.warc.gz
    newsloom import --map "title=headline,text=body" --source "Daily" dump.csv
    newsloom import --language de --since 2026-11-01 \\
        https://data.commoncrawl.org/crawl-data/CC-NEWS/2026/11/warc.paths.gz

    \b
    Exit code 1: something could not be loaded, and the rest was.
      - a segment of the archive: later runs try it again
      - a file that is empty, cut short or damaged, or none of whose records is valid
    """
    from flows.pipeline.worker_processes import worker_context

    worker_context()  # starts the process that forks workers: half a second, as long as the imports below

    from rich.console import Console

    from crawlers.importers.items import ImportOptions
    from crawlers.importers.keys import read_map
    from crawlers.importers.selection import read_selection
    from flows.dedup.methods import describe_outdated, outdated_rows
    from flows.pipeline.dask_extract import open_extractor
    from flows.pipeline.failures import describe_failures
    from flows.pipeline.import_files import check_files, import_files
    from flows.progress import show_progress
    from flows.settings import load_extract
    from flows.timing import StepTimes
    from warehouse import open_writer
    from warehouse.failed_segments import failed_segments

    gc.freeze()  # the program's own objects are never garbage: the collector need not scan them
    selection = read_selection(hosts, languages, since, until)
    options = ImportOptions(clean, read_map(maps) if maps else (), source, selection)
    found = check_files(files, options, sys.stdin.buffer)
    directory = data_directory(data)
    with (
        show_progress() as reporter,
        open_writer(directory.root, "newsloom import", wait=wait, shared=True) as writer,
        open_extractor(load_extract(sources), directory) as extractor,
    ):
        start, started = time.perf_counter(), datetime.now(UTC)
        imported = import_files(writer, extractor, directory, found, reporter, options)
        times = StepTimes()
        for file in imported:
            times.add(file.times)
        with times.step("publish"):
            writer.publish()
        failed = failed_segments(writer.connection, started)
        outdated = sum(outdated_rows(writer.connection).values())
        seconds = time.perf_counter() - start
    problems = [problem for file in imported for problem in file.problems()]
    if failed:
        problems.append(describe_failures(failed))
    if as_json:
        items = [
            {
                "file": file.file.place,
                "run_id": file.run_id,
                "outcomes": file.outcomes,
                "skipped": file.report.left_out,
                "not_kept": file.report.not_kept,
                "loaded_before": file.loaded_before,
            }
            for file in imported
        ]
        print_json("import", items, {"seconds": round(seconds, 1), "problems": problems}, ok=not problems)
        sys.exit(1 if problems else 0)
    console = Console(highlight=False, soft_wrap=True)
    for file in imported:
        counts = [f"{count} {outcome}" for outcome, count in sorted(file.outcomes.items())]
        counts += [f"{count} × {kind} skipped" for kind, count in sorted(file.report.left_out.items())]
        if file.loaded_before:
            counts.append(f"{file.loaded_before} already loaded")
        console.print(f"{file.file.place}: {', '.join(counts) or 'no records'}", markup=False)
        if file.report.not_kept:
            console.print(f"  not kept: {_not_kept(file.report.not_kept)}", markup=False)
    skipped = [file.run_id for file in imported if file.outcomes["rejected"] or file.outcomes["failed"]]
    if skipped:
        console.print(f"To see why records were rejected:\n{_why(skipped)}", markup=False, soft_wrap=True)
    records = sum(sum(file.outcomes.values()) for file in imported)
    if records:
        console.print(
            f"{counted(records, 'record')} in {seconds:.1f} s, {records / seconds:.0f} per second: "
            f"{times.shares(seconds)}"
        )
    for line in describe_outdated(outdated):
        console.print(line, markup=False)
    for problem in problems:
        console.print(problem, markup=False)
    if problems:
        sys.exit(1)


def _not_kept(counts: Counter[str]) -> str:
    """The keys that newsloom has no field for, the most frequent first, each with the number of its records."""
    shown = [f"{key} ({counted(count, 'record')})" for key, count in counts.most_common(SHOWN_KEYS)]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {counted(more, 'more key')}" if more else "")


def _why(run_ids: list[str]) -> str:
    """A command of lines of up to 80 columns; a shell reads a quotation over several."""
    runs = ",\n  ".join(f"'{run_id}'" for run_id in run_ids[:SHOWN_KEYS])
    return (
        '  newsloom sql "SELECT url, reason, detail FROM fetches\n'  # noqa: S608 - for the user to run
        "  WHERE outcome IN ('rejected', 'failed') AND run_id IN (\n"
        f'  {runs}) LIMIT 20"'
    )
