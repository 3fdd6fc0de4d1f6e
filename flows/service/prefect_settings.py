"""Prefect's settings when newsloom's command line starts it. Settings made by the user take precedence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.data_directory import DataDirectory

DAY = 86400
# How long Prefect's user interface shows runs and events. The warehouse keeps the results of runs permanently.
KEEP_RUNS_DAYS = 30
KEEP_EVENTS_DAYS = 3


def set_up_prefect(directory: DataDirectory) -> None:
    """Set the settings that the environment does not; must be called before Prefect is imported.

    If neither PREFECT_API_URL nor a Prefect profile names a server, `newsloom up` starts one, which keeps its database
    in the data directory.
    """
    directory.private.mkdir(mode=0o700, parents=True, exist_ok=True)
    defaults = {
        # Prefect reports usage by default, and the report's own database connection sometimes finds it locked.
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Prefect's server keeps the log. On the terminal, Prefect would print every error with its traceback, even one
        # meant for the user. The caller of the flow gets them all anyway.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        # The messages that newsloom logs (one line per segment) belong in the log of the run.
        "PREFECT_LOGGING_EXTRA_LOGGERS": "newsloom",
        # Prefect deletes old runs and events, which bounds its database.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_DAYS * DAY),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{KEEP_EVENTS_DAYS}D",
        # Stores on disk which run occupies the only slot of a deployment. Kept in memory, the slot would never be freed
        # after the server was killed.
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
    """The URL of the API named by PREFECT_API_URL or by Prefect's files of settings; None if none of them names one."""
    if os.environ.get("PREFECT_API_URL"):
        return os.environ["PREFECT_API_URL"]
    if not any(_mentions_prefect(file) for file in _settings_files()):
        return None  # without asking Prefect, whose imports take a second or two
    # In another process, because importing Prefect here would take memory for as long as the service runs.
    completed = subprocess.run(
        [sys.executable, "-c", "from prefect.settings import PREFECT_API_URL as url; print(url.value() or '')"],
        check=True,
        capture_output=True,
        text=True,
    )
    return completed.stdout.strip() or None


def _settings_files() -> list[Path]:
    """Where Prefect looks for settings, beside the environment."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser()
    return [profiles, *(Path(name) for name in (".env", "prefect.toml", "pyproject.toml"))]


def _mentions_prefect(file: Path) -> bool:
    """Whether a file may have a setting of Prefect."""
    try:
        text = file.read_bytes().lower()
    except OSError:
        return False
    return b"prefect" in text or file.name == "prefect.toml"


def _bypass_proxy_for_loopback() -> None:
    """Use a proxy of the environment for the crawl only, not for Prefect's server on this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost", "::1"]))
