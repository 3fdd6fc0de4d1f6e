"""Writes the reference of the commands: `python -m flows.cli.commands_page > docs/commands.md`."""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING

import click

from flows.cli.main import COMMANDS, newsloom

if TYPE_CHECKING:
    from collections.abc import Iterator

INTRODUCTION = """\
# Commands

What `newsloom COMMAND --help` says, for all commands. Made by `python -m flows.cli.commands_page > docs/commands.md`.
Do not edit this page: a test compares it with the code. [Exit codes](running.md#exit-codes) are the same for all
commands.
"""
WIDTH = 100  # of help texts
_CODE = re.compile(r"(`[^`]*`)")


def commands_page() -> str:
    """The text of docs/commands.md."""
    return "\n".join([INTRODUCTION, *(_section(context) for context in all_commands(newsloom, "newsloom"))])


def all_commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """The contexts of a command and of each command below it; `command_path` is the whole name."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent, name, **settings)
    yield context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from all_commands(found, child, context)


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"## {context.command_path}\n", *(f"{text}\n" for text in _paragraphs(command.help or ""))]
    if not isinstance(command, click.Group):
        parts.insert(1, f"    {usage}\n")
    elif context.parent is None:
        rows = [
            f"| [{name}](#{context.command_path}-{name}) | {_cell(_escaped(text))} |"
            for name, (_, text) in COMMANDS.items()
        ]
        parts.append("\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n")
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    rows = [_row(*record) for record in records if record and record[1] and "--help" not in record[0]]
    if rows:
        parts.append("\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _paragraphs(help_text: str) -> list[str]:
    """The paragraphs of a help text as Markdown; those that click must not wrap, after a line with \\b, are code."""
    paragraphs = inspect.cleandoc(help_text).split("\n\n")
    return [
        "\n".join(f"    {line}" for line in text.splitlines()[1:]) if text.startswith("\b") else _escaped(text)
        for text in paragraphs
    ]


def _row(names: str, text: str) -> str:
    """The row of an option. What click says in brackets at the end of its help, such as the default, is set apart."""
    said, bracket, rest = text.partition("  [")
    facts = f" <small>{_escaped(rest.removesuffix(']').replace(']  [', '; '))}</small>" if bracket else ""
    return f"| `{_cell(names)}` | {_cell(_escaped(said))}{_cell(facts)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _escaped(text: str) -> str:
    """A text without HTML and emphasis that it does not mean; code stays as it is."""
    parts = _CODE.split(text)
    parts[::2] = [part.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") for part in parts[::2]]
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(commands_page())
