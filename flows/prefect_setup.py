"""Prefect's settings where newsloom's own command line starts it. Whatever the user has set stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.layout import DataDirectory


def set_up_prefect(directory: DataDirectory) -> None:
    """Set what the environment leaves open; must be called before Prefect is imported.

    Where no server is named (PREFECT_API_URL, or a profile's), Prefect starts one for the run, on a database in
    the data directory, so that a server started on that file later shows the run.
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
    }
    if not any(
        name in os.environ for name in ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
    ):
        defaults["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{directory.private / 'prefect.db'}"
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    _speak_to_loopback_directly()


def _speak_to_loopback_directly() -> None:
    """A proxy in the environment is for the crawl; Prefect's own server on this machine is not behind it."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost", "::1"]))
