"""The flow of `newsloom import`: loads articles from files. Users start it; interrupted imports resume."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import Field

from crawlers.counts import counted
from crawlers.importers.folders import Input
from crawlers.importers.items import ImportOptions
from crawlers.importers.keys import read_map
from crawlers.importers.selection import read_selection
from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.pipeline.dask_extract import open_extractor
from flows.pipeline.extract import Extractor
from flows.pipeline.failures import describe_failures
from flows.pipeline.import_files import ImportResult, check_files, import_files
from flows.prefect_support import Data, Wait, document_parameters, retried_task, skip_if_busy
from flows.progress import LogReporter, Reporter
from flows.reports.escaping import escape_markdown
from flows.retries import LONG_RETRIES
from flows.settings import Extract, load_extract
from warehouse import Writer, open_writer
from warehouse.failed_segments import failed_segments


@retried_task("import file", task_run_name="import {file.name}", delays=LONG_RETRIES)
def import_task(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    file: Input,
    options: ImportOptions,
    reporter: Reporter,
) -> ImportResult:
    """See `flows.pipeline.import_files.import_files`."""
    return import_files(writer, extractor, directory, [file], reporter, options)[0]


@flow(name="import", flow_run_name="import {data.name}", validate_parameters=True)
@document_parameters
@skip_if_busy
def import_flow(
    files: Annotated[
        list[str],
        Field(
            min_length=1,
            description="Absolute paths of files or folders, URLs of files (s3://…), patterns, lists (.paths).",
        ),
    ],
    data: Data,
    clean: Annotated[bool, Field(description="Remove advertising, consent notices, author bios and teasers.")] = False,
    mapped: Annotated[str, Field(description="Keys of fields: title=headline,url=link.")] = "",
    source: Annotated[str, Field(description="The source of all records.")] = "",
    hosts: Annotated[
        list[str], Field(description="WARC: only pages of these hosts and their subdomains; empty: all.")
    ] = [],  # noqa: B006 - Prefect copies it
    languages: Annotated[
        list[str], Field(description="WARC: only pages in these languages (ISO 639-1); empty: all.")
    ] = [],  # noqa: B006
    since: Annotated[datetime | None, Field(description="WARC: only pages fetched since this time.")] = None,
    until: Annotated[datetime | None, Field(description="WARC: only pages fetched before this time.")] = None,
    sources: Annotated[
        Path | None, Field(description="Sources file whose [extract] says which processes extract; empty: local ones.")
    ] = None,
    wait: Wait = 0.0,
) -> list[ImportResult]:
    """Load articles from files: JSON, CSV, Parquet, HTML, plain text, WARC (such as Common Crawl's news archive).

    Interrupted imports resume, and a file that was already imported is not loaded twice. Raises FlowsError before
    anything starts if a file does not exist or has an unsupported type, and at the end if something could not be
    loaded.
    """
    started = datetime.now(UTC)
    selection = read_selection(hosts, languages, since, until)
    options = ImportOptions(clean, read_map([mapped]) if mapped else (), source or None, selection)
    found = check_files(files, options, sys.stdin.buffer)
    directory, reporter = DataDirectory(data), LogReporter()
    settings = Extract() if sources is None else load_extract(sources)
    with (
        open_writer(data, "newsloom import", wait=wait, shared=True) as writer,
        open_extractor(settings, directory) as extractor,
    ):
        imported = []
        for file in found:
            imported.append(import_task(writer, extractor, directory, file, options, reporter))
            reporter.step(f"{file.name}: {counted(sum(imported[-1].outcomes.values()), 'record')}")
        writer.publish()
        failed = failed_segments(writer.connection, started)
    rows = [
        {
            "file": escape_markdown(one.file.place),
            "already loaded": one.loaded_before,
            **one.outcomes,
            **one.report.left_out,
        }
        for one in imported
    ]
    create_table_artifact(key="import", table=rows, description="Records of each file by outcome")
    problems = [problem for one in imported for problem in one.problems()]
    if failed:
        problems.append(describe_failures(failed))
    if problems:
        raise FlowsError("\n".join(problems))
    return imported
