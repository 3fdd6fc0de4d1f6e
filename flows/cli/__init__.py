"""The `newsloom` command: each group of commands is a module, imported only when it is called."""

from flows.cli.main import main

__all__ = ["main"]
