"""Groups of commands that name the nearest command for a mistyped one."""

from __future__ import annotations

from difflib import get_close_matches

import click

_OTHER_NAMES = {
    "crawl": "run",
    "fetch": "run",
    "start": "up",
    "serve": "up",
    "stop": "down",
    "query": "sql",
    "find": "search",
    "load": "import",
    "setup": "init",
    "check": "doctor",
    "delete": "forget",
    "remove": "forget",
    "version": "--version",
    "help": "--help",
}
"""What other programs call these commands."""


class SuggestingGroup(click.Group):
    """A group that names the nearest command, or all of them, if there is none of a name."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click; raises UsageError with a suggestion."""
        name = args[0]
        if not name.startswith("-") and self.get_command(context, name) is None:
            names = self.list_commands(context)
            near = get_close_matches(name.lower(), names, 1)
            other = _OTHER_NAMES.get(name.lower(), "")
            if not near and (other in names or (other.startswith("--") and context.parent is None)):
                near = [other]
            hint = f"Did you mean '{near[0]}'?" if near else f"Commands: {', '.join(names)}."
            raise click.UsageError(f"No such command '{name}'. {hint}", context)
        return super().resolve_command(context, args)
