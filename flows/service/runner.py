"""The process that runs the flows: `python -m flows.service.runner DATA SOURCES NAME READY PARENT`.

Registers the deployments, reconciles what a killed service left at the server, creates the file READY, then polls for
due runs and starts a process for each.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from flows.data_directory import DataDirectory
from flows.service.parent import end_with_parent
from flows.settings import load_settings

POLL_SECONDS = 5.0
# More flows than these would only wait for each other at the lock of the warehouse.
MAX_PROCESSES = 4


def main() -> None:
    """Run flows until the process gets a signal."""
    data, sources, name, ready, parent = sys.argv[1:]
    end_with_parent(int(parent))
    directory = DataDirectory(Path(data))
    settings = load_settings(Path(sources))

    from prefect.client.orchestration import get_client
    from prefect.runner import Runner

    from flows.service.deployments import deployments
    from flows.service.stale_runs import delete_old_deployments, reconcile

    runner = Runner(name="newsloom", pause_on_shutdown=False, limit=MAX_PROCESSES, query_seconds=POLL_SECONDS)

    served = deployments(name, directory, Path(sources), settings.schedule)

    async def serve() -> None:
        identifiers = {deployment.flow_name: await runner.aadd_deployment(deployment) for deployment in served}
        await reconcile(directory, name)
        await delete_old_deployments(name)
        async with get_client() as client:  # the user who starts the service waits for the first crawl
            await client.create_flow_run_from_deployment(identifiers["run"])
        Path(ready).touch()
        await runner.start()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
