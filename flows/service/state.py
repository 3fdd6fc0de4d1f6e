"""Which service runs for a data directory: a lock that its process holds, and a file that describes it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from flows.errors import FlowsError

if TYPE_CHECKING:
    from pathlib import Path

    from flows.data_directory import DataDirectory

LOCK_FILE = "service.lock"
PASSWORD_FILE = "password"  # noqa: S105 - the name of a file
STATE_FILE = "service.json"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A running service: its process, the URL of the Prefect API that it uses, and whether it started that server.

    `name` is the name of its deployments. `ready` means that it runs flows; before that, it is starting. `dashboard` is
    the URL of the dashboard; empty for a service that an earlier version of newsloom started.
    """

    pid: int
    since: datetime
    api: str
    own_server: bool
    name: str
    sources: str
    ready: bool = False
    dashboard: str = ""

    @property
    def ui(self) -> str:
        """URL of Prefect's user interface, without credentials."""
        parts = urlsplit(self.api)
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=host, query="", fragment="").geturl().removesuffix("/").removesuffix("/api")


def make_password(directory: DataDirectory, given: str | None) -> str:
    """The password for the Prefect server that a service starts, as `USER:PASSWORD`, for `server_password` to find.

    It is the one that the user has given, or the one of the service before, or a new one.
    """
    file = directory.service / PASSWORD_FILE
    password = given or (server_password(directory) if file.exists() else f"newsloom:{secrets.token_urlsafe(32)}")
    write_private(file, password)
    return password


def server_password(directory: DataDirectory) -> str:
    """The password of the Prefect server of the running service, as `USER:PASSWORD`."""
    return (directory.service / PASSWORD_FILE).read_text(encoding="utf-8")


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:  # noqa: PTH123
        opened.write(text)


def use_service(directory: DataDirectory, service: ServiceState) -> None:
    """Let Prefect's client in this process use the server of a service; must be called before Prefect is imported."""
    os.environ["PREFECT_API_URL"] = service.api
    if service.own_server:
        os.environ.setdefault("PREFECT_API_AUTH_STRING", server_password(directory))


def deployment_name(directory: DataDirectory, *, own_server: bool) -> str:
    """The name of the deployments of a data directory: the name of the directory.

    Several services can share a server, and their directories can have the same name, so there a digest of the path is
    added.
    """
    if own_server:
        return directory.root.name
    return f"{directory.root.name}-{hashlib.blake2b(str(directory.root).encode(), digest_size=3).hexdigest()}"


def lock_service(directory: DataDirectory) -> FileLock:
    """Acquire the lock of the data directory's service and return it; raises FlowsError if a service is running."""
    directory.private.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.service.mkdir(exist_ok=True)
    lock = FileLock(directory.service / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        state = _read(directory)
        who = f"process {state.pid}, since {state.since:%Y-%m-%d %H:%M} UTC" if state else "unknown process"
        raise FlowsError(
            f"newsloom is already up for {directory.root} ({who}). "
            "Show it with `newsloom status`, stop it with `newsloom down`."
        ) from error
    return lock


def write_service_state(directory: DataDirectory, state: ServiceState) -> None:
    """Write the description of the service, atomically."""
    file = directory.service / STATE_FILE
    draft = file.with_suffix(".draft")
    write_private(draft, json.dumps(asdict(state), default=datetime.isoformat))  # the URL may have credentials
    draft.replace(file)


def running_service(directory: DataDirectory) -> ServiceState | None:
    """The service that runs for the data directory; None if there is none, or if it has not written its state yet."""
    if not (directory.service / LOCK_FILE).exists():
        return None
    lock = FileLock(directory.service / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return _read(directory)
    lock.release()
    return None


def _read(directory: DataDirectory) -> ServiceState | None:
    try:
        fields = json.loads((directory.service / STATE_FILE).read_text(encoding="utf-8"))
        return ServiceState(**fields | {"since": datetime.fromisoformat(fields["since"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
