"""The benchmarks run: at a small size each of them prints what it promises, and fails where the schema has moved on."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIGURE = r"-?\d[\d.,]*"
PACKAGES = ("crawlers", "flows", "warehouse")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (
            ("warehouse.py", "--articles", "300", "--peer", "100", "--loads", "1"),
            [
                rf"loading 1,000 articles, checkpoint included: {FIGURE} s into few, {FIGURE} s into many",
                rf"publishing {FIGURE} MB: {FIGURE} s",
                rf"story_first +{FIGURE} s",
                rf"search, two common words +{FIGURE} s",
                rf"as zstd Parquet, the same tables: {FIGURE} MB; ratio {FIGURE}",
            ],
        ),
        (("import.py", "--articles", "200"), [rf"newsloom +{FIGURE} articles/s", r"\d+ of 200 repeat others", "ratio"]),
        (("packs.py", "--days", "2", "--segments", "3", "--pages", "2"), ["own files", "packed"]),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_benchmark_runs_and_prints_its_figures(
    command: tuple[str, ...], lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / command[0], *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    for line in lines:
        assert re.search(line, ran.stdout), f"{line} is not in\n{ran.stdout}"


def exists(module: str, name: str) -> bool:
    """Whether a module has an attribute or a submodule of this name."""
    if hasattr(importlib.import_module(module), name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("file", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda file: file.stem)
def test_what_a_benchmark_imports_exists(file: Path) -> None:
    missing = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in PACKAGES
        for alias in node.names
        if not exists(node.module, alias.name)
    ]
    assert missing == []
