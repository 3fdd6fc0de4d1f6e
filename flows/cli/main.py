"""The entry point of the command line: the list of commands, and how errors are reported."""

from __future__ import annotations

import importlib
import os
import sys

import click

from crawlers.errors import NewsloomError
from flows.cli.groups import SuggestingGroup
from flows.errors import was_interrupted

COMMANDS = {
    "init": ("flows.cli.init", "Write a sources file: newsloom asks what you want to collect."),
    "up": ("flows.cli.service:up", "Run all flows on schedule until you stop it."),
    "status": ("flows.cli.service:status", "Show whether newsloom is up, the last runs and the next ones."),
    "ui": ("flows.cli.service:ui", "Open Prefect's user interface, and log you in."),
    "down": ("flows.cli.service:down", "Stop what `newsloom up` started."),
    "runs": ("flows.cli.runs", "List recent runs with their duration, results and final state."),
    "run": ("flows.cli.run", "Crawl the sources and load new articles into the warehouse."),
    "import": ("flows.cli.import_files", "Load articles from JSON, CSV, Parquet, HTML, text or WARC files."),
    "sql": ("flows.cli.sql", "Query the warehouse with SQL."),
    "dashboard": ("flows.cli.dashboard", "Look at the warehouse in your browser."),
    "shell": ("flows.cli.shell", "Query the warehouse with SQL, interactively."),
    "search": ("flows.cli.search", "Find articles by words in their headline and text."),
    "digest": ("flows.cli.digest", "Write what happened in a day or a longer time."),
    "feed": ("flows.cli.feed", "Write the newest articles that match a search as an Atom or RSS feed."),
    "export": ("flows.cli.export", "Export articles or other tables as Parquet, CSV, JSON lines or Excel."),
    "doctor": ("flows.cli.doctor", "Check that warehouse and archive agree, and report how to fix problems."),
    "rebuild": ("flows.cli.rebuild", "Rebuild the whole warehouse from the archive."),
    "migrate": ("flows.cli.migrate", "Move the warehouse to DuckLake, or back."),
    "reextract": ("flows.cli.reextract", "Extract stored pages again with the current extractor."),
    "forget": ("flows.cli.forget", "Permanently remove an article or a source."),
    "page": ("flows.cli.page", "Print a stored page as it was fetched."),
    "extract": ("flows.cli.extract", "Extract the article from an HTML file or a URL, and print it."),
    "explain": ("flows.cli.explain", "Show how newsloom extracts a stored page, or why it rejects it."),
    "sources": ("flows.cli.sources", "List, check, add, import and export sources."),
    "restory": ("flows.cli.restory", "Recompute all duplicates and stories."),
    "completion": ("flows.cli.completion", "Print a script that completes commands in your shell."),
    "demo": ("flows.cli.demo", "Crawl four small demo newspapers; needs no internet."),
}
USAGE_ERROR = 2
INTERRUPTED = "interrupted; run the same command again to resume"


class LazyGroup(SuggestingGroup):
    """A group that imports the module of a command only when the command is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """All command names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command; None if there is no such command."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _print_versions(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from flows.cli.versions import versions

        click.echo(versions())
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_versions,
    help="Show the versions of newsloom, of what it is built on, and of its methods, and exit.",
)
def newsloom() -> None:
    """News ingestion: from a list of sources to clean, de-duplicated articles in DuckDB."""


def main() -> None:
    """Run the command line. An error meant for the user ends with its message; others are bugs and show a traceback."""
    try:
        code = newsloom(standalone_mode=False)
    except click.exceptions.Abort:
        _exit_with(INTERRUPTED, 130)
    except KeyboardInterrupt:
        _exit_with(INTERRUPTED, 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone; without this, Python would report the error again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except PermissionError as error:
        _exit_with(
            f"{error.filename}: {error.strerror}. newsloom must be able to read and write it.",
            USAGE_ERROR,
        )
    except Exception as error:
        if was_interrupted(error):
            _exit_with(INTERRUPTED, 130)
        if not isinstance(error, NewsloomError):
            raise
        _exit_with(str(error), USAGE_ERROR)
    else:
        sys.exit(code if isinstance(code, int) else 0)  # click returns the code of its Exit


def _exit_with(message: str, code: int) -> None:
    # Messages quote servers and files, whose control characters would command the terminal.
    shown = "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in message)
    click.echo(f"newsloom: {shown}", err=True)
    sys.exit(code)
