"""What docs/security.md says is tested is tested, and no input is ever run as code."""

from __future__ import annotations

import ast

import pytest

from tests.test_documentation import MENTION, ROOT, defined

MODULES = sorted(path for package in ("crawlers", "flows", "warehouse") for path in (ROOT / package).rglob("*.py"))
# Modules and functions that make code of what they read.
LOADERS = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "joblib"}
RUNNERS = {"eval", "exec", "compile"}


def runs_its_input(source: str) -> set[str]:
    """The modules imported and functions called in a source that would run what they are given."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names} & LOADERS
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0]} & LOADERS
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & RUNNERS
        elif isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
            found |= {node.arg} - (
                {node.arg} if isinstance(node.value, ast.Constant) and not node.value.value else set()
            )
    return found


@pytest.mark.parametrize("source", ["import pickle", "from marshal import loads", "eval(a)", "run(a, shell=True)"])
def test_what_would_run_its_input_is_noticed(source: str) -> None:
    assert runs_its_input(source)


def test_nothing_reads_pickles_or_evaluates_text() -> None:
    assert len(MODULES) > 200
    assert {str(path.relative_to(ROOT)): found for path in MODULES if (found := runs_its_input(path.read_text()))} == {}


def test_each_test_of_the_security_page_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(rows) > 20
    assert len(rows) == sum(line.startswith("| ") for line in page.splitlines()) - page.count("| attempt |")
    named = [
        (path, name) for path, names in MENTION.findall(page) for name in names.replace("`", "").split(", ") if name
    ]
    assert len(named) > 40
    assert [(path, name) for path, name in named if name not in defined(ROOT / path)] == []
