"""The runner as a child of the service: `python -m flows.service.runner DATA SOURCES NAME READY PARENT`.

Registers the deployments, puts right what a service that was killed left at the server, then polls for runs that are
due and starts a process for each. The file READY is made once it does.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from flows.data_directory import DataDirectory
from flows.service.parent import end_with_parent
from flows.settings import load_settings

POLL_SECONDS = 5.0
# More flows than these wait for each other anyway, at the warehouse's lock.
MOST_PROCESSES = 4


def main() -> None:
    """Serve until told to stop."""
    data, sources, name, ready, parent = sys.argv[1:]
    end_with_parent(int(parent))
    directory = DataDirectory(Path(data))
    settings = load_settings(Path(sources))

    from prefect.runner import Runner

    from flows.service.deployments import deployments
    from flows.service.stale_runs import delete_old_deployments, reconcile

    runner = Runner(name="newsloom", pause_on_shutdown=False, limit=MOST_PROCESSES, query_seconds=POLL_SECONDS)

    made = deployments(name, directory, Path(sources), settings.schedule)

    async def serve() -> None:
        for deployment in made:
            await runner.aadd_deployment(deployment)
        await reconcile(directory, name)
        await delete_old_deployments(name)
        Path(ready).touch()
        await runner.start()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
