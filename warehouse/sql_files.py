"""Statements that stand in .sql files beside the modules that run them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def sql_beside(module: str) -> Callable[[str], str]:
    """A function that returns the text of NAME.sql in the folder of a module (given by its `__file__`)."""
    folder = Path(module).parent

    @cache
    def read(name: str) -> str:
        return (folder / f"{name}.sql").read_text(encoding="utf-8")

    return read
