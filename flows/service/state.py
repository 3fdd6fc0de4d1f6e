"""Which service runs for a data directory: a lock that its process holds, and a file that describes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from flows.errors import FlowsError

if TYPE_CHECKING:
    from flows.data_directory import DataDirectory

LOCK_FILE = "service.lock"
STATE_FILE = "service.json"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A running service: its process, the URL of the Prefect API that it uses, and whether it started that server.

    `name` is the name of its deployments. `ready` means that it runs flows; before that, it is starting.
    """

    pid: int
    since: datetime
    api: str
    own_server: bool
    name: str
    sources: str
    ready: bool = False

    @property
    def ui(self) -> str:
        """URL of Prefect's user interface."""
        return self.api.removesuffix("/").removesuffix("/api")


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
    directory.service.mkdir(parents=True, exist_ok=True)
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
    draft.write_text(json.dumps(asdict(state), default=datetime.isoformat), encoding="utf-8")
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
