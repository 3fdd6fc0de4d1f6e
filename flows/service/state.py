"""Who serves a data directory: a lock that the serving process holds, and a note beside it for those who ask."""

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
    """A service: its process, the address of the Prefect API it uses, and whether that server is its own.

    `name` is what its deployments are called; `ready` says that the flows are served; before that it is starting.
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
        """Address of Prefect's user interface."""
        return self.api.removesuffix("/").removesuffix("/api")


def deployment_name(directory: DataDirectory, *, own_server: bool) -> str:
    """What the deployments of a data directory are called: as the directory is.

    A server that several services share may have two directories of one name: there a digest of the path is added.
    """
    if own_server:
        return directory.root.name
    return f"{directory.root.name}-{hashlib.blake2b(str(directory.root).encode(), digest_size=3).hexdigest()}"


def lock_service(directory: DataDirectory) -> FileLock:
    """The lock of whoever serves the data directory, acquired; raises FlowsError where somebody does already."""
    directory.service.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory.service / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        state = _read(directory)
        who = f"process {state.pid}, since {state.since:%Y-%m-%d %H:%M} UTC" if state else "it has not said which"
        raise FlowsError(
            f"{directory.root} is served already ({who}); `newsloom status` shows it, `newsloom down` ends it."
        ) from error
    return lock


def write_service_state(directory: DataDirectory, state: ServiceState) -> None:
    """Say who serves, in one piece."""
    file = directory.service / STATE_FILE
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(state), default=datetime.isoformat), encoding="utf-8")
    draft.replace(file)


def running_service(directory: DataDirectory) -> ServiceState | None:
    """Who serves the data directory now; None where nobody does, or where it has not said yet."""
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
        said = json.loads((directory.service / STATE_FILE).read_text(encoding="utf-8"))
        return ServiceState(**said | {"since": datetime.fromisoformat(said["since"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
