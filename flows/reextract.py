"""The flow of `newsloom reextract`: extracts stored pages again. Users start it; interrupted runs resume."""

from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import Field

from flows.data_directory import DataDirectory
from flows.maintenance.reextract import ReextractResult, reextract
from flows.pipeline.dask_extract import open_extractor
from flows.pipeline.extract import Extractor
from flows.prefect_support import Data, Wait, document_parameters, retried_task, skip_if_busy
from flows.progress import LogReporter
from flows.retries import LONG_RETRIES
from flows.settings import Extract, load_extract
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
    source: Annotated[
        str | None, Field(description="Only articles of this source. If empty, articles of all sources.")
    ] = None,
    sources: Annotated[
        Path | None, Field(description="Sources file whose [extract] says which processes extract; empty: local ones.")
    ] = None,
    wait: Wait = 0.0,
) -> ReextractResult:
    """Extract the stored pages of articles again if another version of the extractor read them.

    This includes pages that were read before newsloom had learned which lines the source has on many pages.
    If the result differs, it becomes a new version with the change `reextracted`, to tell it from an edit by the
    publisher. Interrupted runs resume.
    """
    directory = DataDirectory(data)
    settings = Extract() if sources is None else load_extract(sources)
    with (
        open_writer(data, "newsloom reextract", wait=wait) as writer,
        open_extractor(settings, directory) as extractor,
    ):
        done = reextract_task(writer, extractor, directory, source)
        writer.publish()
    create_table_artifact(key="reextract", table=[dict(done.outcomes)], description="Articles by outcome")
    return done
