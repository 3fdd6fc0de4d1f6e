"""DuckDB learns without a search that pandas is not installed."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from warehouse.pandas_search import spare_the_search_for_pandas

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouse import Writer


def searched(monkeypatch: pytest.MonkeyPatch, query: Callable[[], object]) -> list[str]:
    """The modules that are looked for in folders while a query runs."""
    names = []

    class Listening:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            names.append(name)

    with monkeypatch.context() as patched:
        patched.setattr(sys, "meta_path", [*sys.meta_path])
        sys.meta_path.insert(sys.meta_path.index(PathFinder), Listening)
        query()
    return names


def test_a_parameter_makes_no_search_and_pandas_is_still_no_module(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def query() -> object:
        return writer.connection.execute("SELECT ?, ?", ["a", 1]).fetchall()

    assert searched(monkeypatch, query) == []
    with pytest.raises(ModuleNotFoundError, match="No module named 'pandas'"):
        __import__("pandas")
    monkeypatch.setattr(sys, "meta_path", [one for one in sys.meta_path if "_NotInstalled" not in repr(one)])
    assert find_spec("pandas") is None
    assert "pandas" in searched(monkeypatch, query), "else nothing need be spared"
    before = len(sys.meta_path)
    spare_the_search_for_pandas()
    spare_the_search_for_pandas()
    assert len(sys.meta_path) == before + 1
