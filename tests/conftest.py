"""What many tests need: a data directory, a writer on it, small news sites, the captured pages where there are any."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from warehouse import Writer, open_writer, storage
from warehouse.writer import WAREHOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection
    from xdist.remote import Producer

# No deadlines: machines are shared. The same examples every time in CI, new ones elsewhere.
settings.register_profile("newsloom", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("newsloom")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as there are processors: half of the time is waiting for servers and timers."""
    return 2 * (os.cpu_count() or 1)


class _ByFixtures(LoadScopeScheduling):  # type: ignore[misc]
    """Sends each test to the next free worker, but all tests of a module that has a fixture for them to one worker.

    Otherwise each worker would make what the fixture makes. A module says so by `scope="module"` or `xdist_group`;
    `--dist loadgroup` does not serve, because pytest 9.2 does not see the name of the group that xdist 3.8 adds to ids.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if _shares_a_fixture(module) else nodeid


@cache
def _shares_a_fixture(module: str) -> bool:
    text = (Path(__file__).parents[1] / module).read_text(encoding="utf-8")
    return any(word in text for word in ('scope="module"', "xdist_group", "own_fork_server"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """The scheduler of `pytest -n`."""
    return _ByFixtures(config, log)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes that are no text by their parameter: gzip writes the time, and all workers must name a test alike."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take long begin first, each kind in its random order: otherwise all wait for the last of them."""
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, "end_to_end" not in item.path.parts))


PREFECT_FOLDER = "prefect-server"  # of the session: the server that `prefect_api` starts
_open_file = storage.open_file


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the Prefect server that the session's workers shared."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    factory: pytest.TempPathFactory = session.config._tmp_path_factory  # type: ignore[attr-defined]
    note = factory.getbasetemp() / PREFECT_FOLDER / "pid"
    with suppress(FileNotFoundError, ProcessLookupError):
        pid = int(note.read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(ChildProcessError):  # it is that of a worker
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test session share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _new_warehouses_are_copied(session_folder: Path) -> Iterator[None]:
    """Make a new warehouse by copying one that was migrated once a session: 0.03 s instead of 0.24 s.

    `made_from_nothing` is for tests of how one is made.
    """
    folder = session_folder / "new-warehouse"
    template = folder / "private" / WAREHOUSE

    def open_file(file: Path) -> DuckDBPyConnection:
        if file.name == WAREHOUSE and not file.exists():
            with FileLock(session_folder / "new-warehouse.lock"):
                if not (folder / "ready").exists():
                    patch.undo()
                    with open_writer(folder, "template") as writer:
                        writer.checkpoint()
                    (folder / "ready").touch()
                    patch.setattr(storage, "open_file", open_file)
            shutil.copyfile(template, file)
        return _open_file(file)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "open_file", open_file)
        yield


@pytest.fixture
def made_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test's warehouses be made and migrated as a user's are."""
    monkeypatch.setattr(storage, "open_file", _open_file)


@pytest.fixture(scope="module")
def own_fork_server() -> Iterator[None]:
    """Let a module's tests start the process that workers are forked from, and later ones start another.

    A process has one, with the imports of whoever needed it first: extraction would have to make them in each worker.
    """
    _end_fork_server()
    yield
    _end_fork_server()


def _end_fork_server() -> None:
    server: Any = forkserver._forkserver
    if server._forkserver_pid is not None:
        os.kill(server._forkserver_pid, signal.SIGKILL)  # otherwise it would wait for workers that are left
    server._stop()


SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty data directory."""
    return tmp_path / "data"


@pytest.fixture
def writer(data: Path) -> Iterator[Writer]:
    """An open private warehouse."""
    with open_writer(data, "test") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages beside the checkout; tests that need it are skipped where there is none."""
    if not (SHARED / "newsweb" / "newsweb.py").is_file():
        pytest.skip(f"the captured pages are not here: no {SHARED / 'newsweb'}")
    return SHARED
