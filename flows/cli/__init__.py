"""The `newsloom` command line: one module per command, imported only when that command runs."""

from flows.cli.main import main

__all__ = ["main"]
