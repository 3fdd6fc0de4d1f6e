"""Every `newsloom …` in README, the documentation and messages is a command with options and values that it takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from flows.cli.main import newsloom

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
GENERATED = ROOT / "docs" / "commands.md"  # from the commands themselves
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")} - {GENERATED})
CALL = re.compile(r"^ *newsloom ([a-z].*)$")
INLINE = re.compile(r"`newsloom ([a-z][^`]*)`")


def calls(text: str) -> Iterator[tuple[str, bool]]:
    """The calls that a page shows, without `newsloom`, and whether a call is whole: within a line, it may be only the
    name of a command. Blocks of output show none."""
    output = False
    lines = iter(text.splitlines())
    for line in lines:
        output = line == "```text" or (output and line != "```")
        found = CALL.match(line) if line.startswith("    ") and not output else None
        if found is None:
            yield from ((" ".join(call.split()), False) for call in INLINE.findall(line))
            continue
        call = found[1]
        while call.endswith("\\") or call.count('"') % 2:
            call = call.removesuffix("\\") + "\n" + next(lines)
        yield call, True


def problem(call: str, *, whole: bool) -> str | None:
    """Why the command line refuses a call; None if it takes it."""
    words = shlex.split(call.replace("\\*", "*"), comments=True)
    ends = [number for number, word in enumerate(words) if word in ("|", ">", "<", "&", "&&", ";")]
    words = [word.replace("…", "") for word in words[: min(ends, default=len(words))] if word[0] not in "[("]
    command: click.Command = newsloom
    context = click.Context(newsloom, info_name="newsloom")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"no command {name}"
        command, context = found, click.Context(found, context, name)
    if not whole and not any(word.startswith("-") for word in words):
        return None
    try:
        command.make_context(context.info_name, words, context.parent, resilient_parsing=not whole)
    except click.exceptions.Exit:
        return None
    except click.UsageError as error:
        said = error.format_message()
        return None if "does not exist" in said else said
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_is_one(page: Path) -> None:
    shown = list(calls(page.read_text(encoding="utf-8")))
    refused = [f"newsloom {call}: {said}" for call, whole in shown if (said := problem(call, whole=whole))]
    assert refused == []
