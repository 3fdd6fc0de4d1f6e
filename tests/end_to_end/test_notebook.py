"""docs/notebook.ipynb: its cells run from top to bottom on the demo's warehouse, and end in three plots."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import altair

if TYPE_CHECKING:
    import pytest

    from tests.end_to_end.conftest import Demo

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


def run(code: str, names: dict[str, object]) -> object:
    """Run a cell as Jupyter does: the value of its last line, if that is an expression, is what the cell shows."""
    tree = ast.parse(code)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, NOTEBOOK.name, "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), NOTEBOOK.name, "exec"), names)
    return eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names)


def test_it_runs_and_shows_three_plots_with_data(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    monkeypatch.chdir(demo.data.parent)
    names: dict[str, object] = {}
    shown = [run("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    plots = [plot.to_dict() for plot in shown if isinstance(plot, altair.Chart)]
    assert len(plots) == 3
    for plot in plots:
        (rows,) = plot["datasets"].values()
        fields = {encoding["field"] for encoding in plot["encoding"].values()}
        assert rows, plot["title"]
        assert fields <= set(rows[0]), plot["title"]
