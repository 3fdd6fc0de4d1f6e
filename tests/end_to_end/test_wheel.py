"""The package as users install it, without the checkout: `pip install`, then the demo."""

from __future__ import annotations

import zipfile
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawlers.extraction import EXTRACTOR_VERSION
from flows.dedup import DUPLICATE_METHOD, LINK_METHOD, STORY_METHOD
from tests.end_to_end.conftest import ROOT

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Demo


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(demo: Demo) -> None:
    assert "articles in the warehouse: 18" in demo.output
    assert "Fish market roof: council will now decide in March" in demo.output
    assert sorted(path.name for path in demo.data.parent.iterdir()) == ["newsloom-demo"]


def test_nothing_of_the_checkout_is_imported(demo: Demo) -> None:
    show = "import crawlers, flows, warehouse; print(crawlers.__file__, flows.__file__, warehouse.__file__)"
    files = demo(demo.environment / "bin" / "python", "-c", show).split()
    assert [file for file in files if not file.startswith(str(demo.environment))] == []


def test_the_wheel_has_every_file_of_the_packages(demo: Demo) -> None:
    (wheel,) = (demo.environment.parent / "wheel").glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("crawlers", "flows", "warehouse")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    assert packed == files


def test_version_names_what_a_result_depends_on(demo: Demo) -> None:
    lines = demo(demo.environment / "bin" / "newsloom", "--version").splitlines()
    assert lines[0] == f"newsloom {version('newsloom')}"
    assert lines[1].startswith("Python 3.")
    assert lines[3:7] == [f"{name} {version(name)}" for name in ("scrapy", "trafilatura", "prefect", "duckdb")]
    assert lines[7:] == [
        f"extractor {EXTRACTOR_VERSION}",
        f"duplicates {DUPLICATE_METHOD}",
        f"stories {STORY_METHOD}",
        f"links {LINK_METHOD}",
    ]
