"""What many tests need: a data directory, a writer on it, small news sites, the captured pages where there are any."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from warehouse import Writer, open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

# No deadlines: machines are shared. The same examples every time in CI, new ones elsewhere.
settings.register_profile("newsloom", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("newsloom")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: half of the time is waiting for servers and timers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take long begin first, each kind in its random order: otherwise all wait for the last of them."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


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
