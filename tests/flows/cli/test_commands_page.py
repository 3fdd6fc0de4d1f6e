"""docs/commands.md has the commands and options that there are now."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.commands_page import all_commands, commands_page
from flows.cli.main import COMMANDS

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


def test_the_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8") == commands_page()
    assert current, "run: python -m flows.cli.commands_page > docs/commands.md"


def test_every_command_has_a_section_and_every_option_a_meaning() -> None:
    sections = commands_page().split("\n## newsloom ")[1:]
    assert {section.split(maxsplit=1)[0] for section in sections} >= set(COMMANDS)
    rows = [line for line in commands_page().splitlines() if line.startswith("| `-")]
    assert len(rows) > 60
    assert [row for row in rows if row.count(" | ") != 1 or row.endswith("|  |")] == []


def test_commands_below_a_group_are_included() -> None:
    @click.group()
    def outer() -> None:
        """Do things."""

    @outer.command("inner", help="Do one thing.")
    def inner() -> None:
        pass

    assert [context.command_path for context in all_commands(outer, "tool")] == ["tool", "tool inner"]
