"""`newsloom import`."""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path

WHY = '"SELECT reason, detail, url FROM rejections ORDER BY rejected_at DESC LIMIT 20"'


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--clean", is_flag=True, help="Drop adverts, consent dialogues, bios and teasers from ready-made texts.")
@data_option
@wait_option
def command(files: tuple[str, ...], clean: bool, data: Path, wait: float) -> None:
    """Load articles from files into the warehouse.

    \b
    .jsonl .ndjson .json   an article a line: url, title, text; optionally published_at (ISO 8601,
                           1900 to 2099), authors (a list), language (ISO 639-1), source
    .txt                   one article: the first line is its title, the rest its text
    .warc .warc.gz         pages of a web archive; records that are no HTML page are counted and left out

    FILE is a path, or an address such as s3://BUCKET/KEY or https://… (pip install newsloom[remote]).

    A line or page that is no article costs itself, with a reason in the table `rejections`. A file half done is not
    begun again, and a file given twice is loaded once.

    Exit code 1: something could not be loaded; the rest was, and later runs try it again.
    """
    from flows.pipeline.worker_processes import worker_context

    worker_context()  # what the workers come of needs half a second to start, and so does what follows

    from rich.console import Console

    from flows.pipeline.extract import Extractor
    from flows.pipeline.failures import describe_failures
    from flows.pipeline.import_files import check_files, import_files
    from flows.pipeline.progress import shown
    from flows.timing import Spent, spent, split
    from warehouse import open_writer
    from warehouse.failed_segments import failed_segments

    gc.freeze()  # among an import's many objects, those of the program are no garbage to look for
    found = check_files(files)
    directory = data_directory(data)
    with shown(), open_writer(directory.root, "newsloom import", wait=wait) as writer, Extractor() as extractor:
        start, started = time.perf_counter(), datetime.now(UTC)
        imported = import_files(writer, extractor, directory, found, clean=clean)
        times = sum((file.times for file in imported), Spent())
        with spent(times, "publish"):
            writer.publish()
        failed = failed_segments(writer.connection, started)
        seconds = time.perf_counter() - start
    console = Console(highlight=False, soft_wrap=True)
    for file in imported:
        said = [f"{count} {outcome}" for outcome, count in sorted(file.outcomes.items())]
        said += [f"{count} × {kind} left out" for kind, count in sorted(file.left_out.items())]
        if file.loaded_before:
            said.append(f"{file.loaded_before} loaded before")
        console.print(f"{file.file.place}: {', '.join(said) or 'nothing in it'}", markup=False)
    if any(file.outcomes["rejected"] for file in imported):
        console.print(f"why some were rejected: newsloom sql {WHY}", markup=False)
    records = sum(sum(file.outcomes.values()) for file in imported)
    if records:
        console.print(f"{records} in {seconds:.1f} s, {records / seconds:.0f} a second: {split(times, seconds)}")
    if failed:
        console.print(describe_failures(failed), markup=False)
        sys.exit(1)
