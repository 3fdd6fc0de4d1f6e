"""The flow for a new extractor: stored pages are read again, by hand, resumable."""

from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import Field

from flows.data_directory import DataDirectory
from flows.maintenance.reextract import ReextractResult, reextract
from flows.pipeline.extract import Extractor
from flows.prefect_support import LONG_RETRIES, Data, Wait, document_parameters, retried_task, skip_if_busy
from flows.progress import LogReporter
from warehouse import Writer, open_writer


@retried_task("re-extract", delays=LONG_RETRIES)
def reextract_task(
    writer: Writer, extractor: Extractor, directory: DataDirectory, source: str | None
) -> ReextractResult:
    """See `flows.maintenance.reextract.reextract`."""
    return reextract(writer, extractor, directory, LogReporter(), source)


@flow(name="reextract", flow_run_name="reextract {data.name}", validate_parameters=True)
@document_parameters
@skip_if_busy
def reextract_flow(
    data: Data,
    source: Annotated[str | None, Field(description="Only the articles of this source; empty: of all.")] = None,
    wait: Wait = 0.0,
) -> ReextractResult:
    """Read the stored pages of current versions again that an older extractor made.

    What is read differently is a new version, marked as reextracted and not as the publisher's edit. An interrupted run
    goes on where it stopped.
    """
    with open_writer(data, "newsloom reextract", wait=wait) as writer, Extractor() as extractor:
        done = reextract_task(writer, extractor, DataDirectory(data), source)
        writer.publish()
    create_table_artifact(key="reextract", table=[dict(done.outcomes)], description="What came of the articles")
    return done
