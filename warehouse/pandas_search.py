"""Spares DuckDB its search for pandas.

For each parameter of a query, DuckDB imports pandas, whose missing values are NULL. Where pandas is not installed,
Python looks for it in every folder of its path, twice: 0.4 ms for each parameter. Loading a segment takes a hundred.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec


class _NotInstalled:
    """A finder of modules that says at once that pandas is not there."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=name)


def spare_the_search_for_pandas() -> None:
    """If pandas is not installed, let this process find that out without looking."""
    if _NotInstalled not in sys.meta_path and find_spec("pandas") is None:
        sys.meta_path.insert(0, _NotInstalled)
