"""`newsloom import`: load articles from files."""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, extract_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path

WHY_REJECTED = '"SELECT reason, detail, url FROM rejections ORDER BY rejected_at DESC LIMIT 20"'


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--clean", is_flag=True, help="Remove advertising, consent notices, author bios and teasers from the texts."
)
@extract_option
@data_option
@wait_option
def command(files: tuple[str, ...], clean: bool, sources: Path, data: Path, wait: float) -> None:
    """Load articles from files into the warehouse.

    \b
    .jsonl .ndjson .json   one article per line: url, title, text; optional: published_at (ISO 8601,
                           1901 to 2099), published_precision, published_utc_offset (minutes),
                           modified_at, authors (a list), language (ISO 639-1), source, section,
                           tags (a list), description, image_url, is_free; files of `newsloom export --format jsonl`
    .txt                   one article: the first line is the title, the rest is the text;
                           UTF-8, or a charset that can be detected
    .warc .warc.gz         the HTML pages of a web archive; other records are counted and skipped

    FILE is a path, or a URL such as s3://BUCKET/KEY or https://… (pip install newsloom[remote]).

    Invalid records and pages that are not articles are skipped and listed in the table `rejections`. Interrupted
    imports resume: run the command again. A file that was already imported is not loaded twice.

    \b
    Exit code 1: something could not be loaded, and the rest was.
      - a segment of the archive: later runs try it again
      - a file that is empty, cut short or damaged, or none of whose records is valid
    """
    from flows.pipeline.worker_processes import worker_context

    worker_context()  # starts the process that forks workers: half a second, as long as the imports below

    from rich.console import Console

    from flows.pipeline.dask_extract import open_extractor
    from flows.pipeline.failures import describe_failures
    from flows.pipeline.import_files import check_files, import_files
    from flows.progress import show_progress
    from flows.settings import load_extract
    from flows.timing import StepTimes
    from warehouse import open_writer
    from warehouse.failed_segments import failed_segments

    gc.freeze()  # the program's own objects are never garbage: the collector need not scan them
    found = check_files(files)
    directory = data_directory(data)
    with (
        show_progress() as reporter,
        open_writer(directory.root, "newsloom import", wait=wait, shared=True) as writer,
        open_extractor(load_extract(sources), directory) as extractor,
    ):
        start, started = time.perf_counter(), datetime.now(UTC)
        imported = import_files(writer, extractor, directory, found, reporter, clean=clean)
        times = StepTimes()
        for file in imported:
            times.add(file.times)
        with times.step("publish"):
            writer.publish()
        failed = failed_segments(writer.connection, started)
        seconds = time.perf_counter() - start
    console = Console(highlight=False, soft_wrap=True)
    for file in imported:
        counts = [f"{count} {outcome}" for outcome, count in sorted(file.outcomes.items())]
        counts += [f"{count} × {kind} skipped" for kind, count in sorted(file.report.left_out.items())]
        if file.loaded_before:
            counts.append(f"{file.loaded_before} already loaded")
        console.print(f"{file.file.place}: {', '.join(counts) or 'no records'}", markup=False)
    if any(file.outcomes["rejected"] for file in imported):
        console.print(f"To see why records were rejected: newsloom sql {WHY_REJECTED}", markup=False)
    records = sum(sum(file.outcomes.values()) for file in imported)
    if records:
        console.print(
            f"{records} records in {seconds:.1f} s, {records / seconds:.0f} per second: {times.shares(seconds)}"
        )
    problems = [problem for file in imported for problem in file.problems()]
    for problem in problems:
        console.print(problem, markup=False)
    if failed:
        console.print(describe_failures(failed), markup=False)
    if problems or failed:
        sys.exit(1)
