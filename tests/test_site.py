"""The documentation as a site: all pages are in its menu, all links lead somewhere, and it loads only its own files."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest
from lxml import html

ROOT = Path(__file__).parent.parent
PAGES = {page.name for page in (ROOT / "docs").glob("*.md")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. The build is strict: it fails for a link or an anchor that leads nowhere."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "zensical.toml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    done = subprocess.run(
        [Path(sysconfig.get_path("scripts"), "zensical"), "build", "--strict"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / ".site"


def test_every_page_is_in_the_menu() -> None:
    menu = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    assert set(re.findall(r"[\w-]+\.md", str(menu))) == PAGES


def test_every_page_is_built_and_loads_nothing_from_another_server(site: Path) -> None:
    assert {page.stem for page in site.glob("*.html")} == {Path(page).stem for page in PAGES} | {"404"}
    for page in site.glob("*.html"):
        tree = html.fromstring(page.read_text(encoding="utf-8"))
        scripts_and_images = [each.get("src") for each in tree.iter("script", "img")]
        links = [
            each.get("href") for each in tree.iter("link") if each.get("rel") in ("stylesheet", "preconnect", "icon")
        ]
        loaded = [url for url in (*scripts_and_images, *links) if url]
        assert loaded, page
        assert [url for url in loaded if re.match(r"(https?:)?//", url)] == [], page


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n[away](#nowhere)\n", encoding="utf-8")
    done = subprocess.run(
        [Path(sysconfig.get_path("scripts"), "zensical"), "build", "--strict"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "anchor does not exist" in done.stdout + done.stderr
