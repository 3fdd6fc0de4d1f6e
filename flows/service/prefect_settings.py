"""Prefect's settings where newsloom's own command line starts it. Whatever the user has set stands."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.data_directory import DataDirectory

DAY = 86400
# Runs and events that are shown in Prefect's user interface; what came of a run is in the warehouse for ever.
RUNS_SHOWN_DAYS = 30
EVENTS_SHOWN_DAYS = 3


def set_up_prefect(directory: DataDirectory) -> None:
    """Set what the environment leaves open; must be called before Prefect is imported.

    Where no server is named (PREFECT_API_URL, or a profile's), the one that is started keeps its database in the data
    directory: the server of `newsloom up`, or the one that Prefect starts for a single run.
    """
    directory.private.mkdir(parents=True, exist_ok=True)
    defaults = {
        # Prefect reports usage by default, and the report's own database connection sometimes finds it locked.
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        # Usually 9 to 15 seconds; Prefect gives up after 20, which a busy machine exceeds.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # Prefect's server has the log. On the terminal it would print every error with its traceback, also those whose
        # words are meant for the user; each of them reaches the caller of the flow anyway.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        # What newsloom logs (a line a segment) belongs to the log of the run.
        "PREFECT_LOGGING_EXTRA_LOGGERS": "newsloom",
        # Prefect's database stays bounded: it forgets old runs and events by itself.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_SHOWN_DAYS * DAY),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{EVENTS_SHOWN_DAYS}D",
        # Who holds a deployment's only slot is on disk: in memory a server that was killed would never free it.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "60",
    }
    if not any(
        name in os.environ for name in ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
    ):
        defaults["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{directory.private / 'prefect.db'}"
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    _bypass_proxy_for_loopback()


def configured_server() -> str | None:
    """Address of the API that PREFECT_API_URL, or Prefect's active profile, names; None where neither does."""
    if os.environ.get("PREFECT_API_URL"):
        return os.environ["PREFECT_API_URL"]
    # In a process of its own: whoever asks may be one that is to stay small.
    asked = subprocess.run(
        [sys.executable, "-c", "from prefect.settings import PREFECT_API_URL as url; print(url.value() or '')"],
        check=True,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() or None


def _bypass_proxy_for_loopback() -> None:
    """A proxy in the environment is for the crawl; Prefect's own server on this machine is not behind it."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost", "::1"]))
