"""The flow of `newsloom import`: loads articles from files. Users start it; interrupted imports resume."""

import sys
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import Field

from crawlers.importers.folders import Input
from crawlers.importers.items import ImportOptions
from crawlers.importers.keys import read_map
from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.pipeline.extract import Extractor
from flows.pipeline.failures import describe_failures
from flows.pipeline.import_files import ImportResult, check_files, import_files
from flows.prefect_support import Data, Wait, document_parameters, retried_task, skip_if_busy
from flows.progress import LogReporter, Reporter
from flows.reports.escaping import escape_markdown
from flows.retries import LONG_RETRIES
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
            description="Absolute paths of files or folders, or URLs of files (s3://…).",
        ),
    ],
    data: Data,
    clean: Annotated[bool, Field(description="Remove advertising, consent notices, author bios and teasers.")] = False,
    mapped: Annotated[str, Field(description="Keys of fields: title=headline,url=link.")] = "",
    source: Annotated[str, Field(description="The source of all records.")] = "",
    wait: Wait = 0.0,
) -> list[ImportResult]:
    """Load articles from files: JSON, CSV, Parquet, HTML, plain text, WARC (such as Common Crawl's news archive).

    Interrupted imports resume, and a file that was already imported is not loaded twice. Raises FlowsError before
    anything starts if a file does not exist or has an unsupported type, and at the end if something could not be
    loaded.
    """
    started = datetime.now(UTC)
    options = ImportOptions(clean, read_map([mapped]) if mapped else (), source or None)
    found = check_files(files, options, sys.stdin.buffer)
    directory, reporter = DataDirectory(data), LogReporter()
    with open_writer(data, "newsloom import", wait=wait, shared=True) as writer, Extractor() as extractor:
        imported = []
        for file in found:
            imported.append(import_task(writer, extractor, directory, file, options, reporter))
            reporter.step(f"{file.name}: {sum(imported[-1].outcomes.values())} records")
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
