#!/usr/bin/env python3
"""Mutation testing: changes one thing at a time in a module, and asks whether a test fails.

usage: python benchmarks/mutants.py MODULE        (or: make mutants MODULE=dates)

mutmut makes the changes and runs the tests that reach them; it is installed into .venv-peers. The work is done in a
copy of the sources, .mutants/MODULE, and goes on there after an interruption. Prints the changes that no test noticed,
and how many there were. Not all of them are gaps: some make no difference.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import peers

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".mutants"
MUTMUT = "mutmut==3.8.1"
SURVIVED = 0
OUTCOMES = {SURVIVED: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested", None: "not tried"}
"""By exit code: of pytest, or of mutmut where no test reaches a change (33)."""

# Caches that were filled before the change was made would hide it.
PLUGIN = """
import functools, gc

def pytest_sessionstart():
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper):
            found.cache_clear()
"""


@dataclass(frozen=True, slots=True)
class Module:
    """Files that are changed, and the tests that should notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


MODULES = {
    "dates": Module(("crawlers/dates/*.py",), ("tests/crawlers/dates",)),
    "urls": Module(
        ("crawlers/discovery/urls.py", "crawlers/discovery/device_variants.py", "crawlers/discovery/known_urls.py"),
        ("tests/crawlers/discovery/test_urls.py", "tests/crawlers/discovery/test_known_urls.py"),
    ),
    "duplicates": Module(("flows/dedup/copies/*.py",), ("tests/flows/dedup/copies",)),
    "exact": Module(("flows/dedup/exact.py",), ("tests/flows/dedup/test_exact.py",)),
    "fetch_log": Module(("crawlers/archive/fetch_log.py",), ("tests/crawlers/archive/test_fetch_log.py",)),
    "robots": Module(
        ("crawlers/politeness/robots.py", "crawlers/politeness/retry_after.py", "crawlers/politeness/hosts.py"),
        (
            "tests/crawlers/politeness/test_robots.py",
            "tests/crawlers/politeness/test_retry_after.py",
            "tests/crawlers/politeness/test_hosts.py",
        ),
    ),
    "guard": Module(
        ("crawlers/politeness/ip_ranges.py", "crawlers/politeness/lookup.py"),
        ("tests/crawlers/politeness/test_ip_ranges.py", "tests/crawlers/politeness/test_lookup.py"),
    ),
}


def prepare(module: Module, folder: Path) -> None:
    """Copy the sources, and tell mutmut what to change."""
    for part in ("crawlers", "flows", "warehouse", "tests", "benchmarks"):
        shutil.copytree(ROOT / part, folder / part, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "mutants").mkdir(exist_ok=True)  # Python looks only in folders that are there when it starts
    plugin = folder / "tests" / "fresh_caches.py"
    plugin.write_text(PLUGIN, encoding="utf-8")
    settings = {
        "source_paths": ["crawlers", "flows", "warehouse"],
        "only_mutate": list(module.files),
        "pytest_add_cli_args_test_selection": [test for test in module.tests if (ROOT / test).exists()],
        "pytest_add_cli_args": ["-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "tests.fresh_caches"],
        "also_copy": ["benchmarks"],
        "timeout_constant": 30.0,  # filling the caches anew takes some seconds
    }
    table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(f"{text}\n[tool.mutmut]\n{table}", encoding="utf-8")


def mutmut(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run mutmut on the copy; the changed modules come before those of the checkout."""
    path = os.pathsep.join([str(folder / "mutants"), str(peers.install_mutmut(MUTMUT))])
    # Without the safe path, the modules beside `mutants` would be found first.
    environment = os.environ | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1", "CI": "1"}
    return subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", choices=MODULES)
    name = parser.parse_args().module
    folder = WORK / name
    prepare(MODULES[name], folder)
    done = mutmut(folder, "run", "--max-children", "1")
    codes = {
        change: code
        for file in folder.glob("mutants/**/*.meta")
        for change, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()
    }
    if not codes or all(code is None for code in codes.values()):
        print(done.stdout[-3000:], done.stderr[-3000:])
        return 1
    for change, code in sorted(codes.items()):
        if code == SURVIVED:
            print(mutmut(folder, "show", change).stdout.strip(), end="\n\n")
    counts = Counter(OUTCOMES.get(code, "too slow") for code in codes.values())
    print(f"{name}: {len(codes)} changes; " + ", ".join(f"{count} {what}" for what, count in counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
