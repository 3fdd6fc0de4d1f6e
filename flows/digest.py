"""The daily flow: a digest of the day as an artifact of the run, and by webhook and mail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.data_directory import DataDirectory
from flows.prefect_support import Data, SourcesFile, document_parameters
from flows.reports.digest import as_markdown, as_text, make_digest, subject
from flows.reports.notify import notify, notify_failure
from flows.settings import load_settings
from warehouse import connect


@flow(name="digest", flow_run_name="digest {data.name}", validate_parameters=True, on_failure=[notify_failure])
@document_parameters
def digest_flow(sources: SourcesFile, data: Data) -> list[str]:
    """Report the state of the sources, the biggest stories of the day, and what needs attention.

    The digest is an artifact of the run, and goes to the webhook and the mail address in `[alerts]`. Returns the
    problems of sending it. Raises WarehouseError if nothing has been published yet.
    """
    alerts = load_settings(sources).alerts
    directory = DataDirectory(data)
    with connect(Path(data)) as connection:
        now = datetime.now(UTC)
        made = make_digest(connection, now - timedelta(days=1), now, now, directory.free_gb(), alerts.least_free_gb)
    create_markdown_artifact(key="digest", markdown=as_markdown(made), description="Digest of the day")
    return notify(alerts, subject(made), as_text(made))
