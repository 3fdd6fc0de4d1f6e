"""The versions of Python that newsloom claims: in the package, in the Makefile, and in the locked packages."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CLAIMED = [f"3.{minor}" for minor in range(11, 15)]
LOCKED = re.findall(
    r"^([\w.-]+)==(\S+)(?: ; (.+?))? \\$", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
)


def test_range_and_classifiers_name_the_same_versions() -> None:
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(9, 20) if f"3.{minor}.0" in allowed] == CLAIMED
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: Python :: 3." in line]
    assert named == CLAIMED


@pytest.mark.parametrize("version", CLAIMED)
def test_every_locked_package_allows_the_version(version: str) -> None:
    """As far as the packages installed here say; `make wheels` asks the package index for all of them."""
    environment = {"python_version": version, "python_full_version": f"{version}.9"}
    checked = 0
    for name, locked, marker in LOCKED:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if found.version != locked or (marker and not Marker(marker).evaluate(environment)):
            continue
        required = found.metadata["Requires-Python"] if "Requires-Python" in found.metadata else None  # noqa: SIM401 - its type has no `get`
        assert not required or f"{version}.9" in SpecifierSet(required), f"{name} {locked} needs Python {required}"
        checked += 1
    assert checked > 150


def make(folder: Path, versions: dict[str, str], *arguments: str) -> str:
    """What `make .venv/.ready` does without doing it, where only these interpreters exist."""
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("sh", "make"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    for name, version in versions.items():
        file = tools / name
        fits = int("3.11" <= version <= "3.14")
        answers = (f'--version) echo "Python {version}"', f"-c) exit {1 - fits}", '-m) echo "chose $0"; exit 1')
        file.write_text("#!/bin/sh\ncase $1 in\n" + ";;\n".join(answers) + "\nesac\n")
        file.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    done = subprocess.run(
        [tools / "make", ".venv/.ready", *arguments],
        cwd=folder, env={"PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    return done.stdout


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        ({"python3": "3.14", "python3.12": "3.12"}, "python3"),
        ({"python3": "3.10", "python3.11": "3.11", "python3.13": "3.13"}, "python3.13"),
        ({"python3": "3.15", "python3.14": "3.14", "python3.11": "3.11"}, "python3.14"),
    ],
)
def test_make_looks_for_an_interpreter_that_fits(tmp_path: Path, versions: dict[str, str], chosen: str) -> None:
    assert f"chose {tmp_path / 'bin' / chosen}\n" in make(tmp_path, versions)


def test_make_says_what_it_needs_where_no_interpreter_fits(tmp_path: Path) -> None:
    assert "newsloom needs Python 3.11, 3.12, 3.13 or 3.14; found: Python 3.15" in make(tmp_path, {"python3": "3.15"})


def test_make_refuses_a_chosen_interpreter_that_does_not_fit(tmp_path: Path) -> None:
    said = make(tmp_path, {"python3": "3.12", "python3.15": "3.15"}, "PYTHON=python3.15")
    assert "python3.15 is Python 3.15" in said
