"""The front door: which commands there are, and what a user's mistake looks like."""

from __future__ import annotations

import importlib
import os
import sys

import click

from crawlers.errors import NewsloomError
from flows.errors import was_interrupted

COMMANDS = {
    "up": ("flows.cli.service:up", "Run everything on its schedule, until told to stop."),
    "status": ("flows.cli.service:status", "Show whether it is up, what ran last, and what runs next."),
    "down": ("flows.cli.service:down", "End what `newsloom up` runs."),
    "runs": ("flows.cli.runs", "List the runs: when, how long, what they brought, how they ended."),
    "run": ("flows.cli.run", "Crawl the sources, and load what is new into the warehouse."),
    "import": ("flows.cli.import_files", "Load articles from files: JSON lines, plain texts, WARC archives."),
    "sql": ("flows.cli.sql", "Query the warehouse."),
    "search": ("flows.cli.search", "Find articles by words of their headline and text."),
    "export": ("flows.cli.export", "Write articles, or other tables, as Parquet, CSV or JSON lines."),
    "doctor": ("flows.cli.doctor", "Check that warehouse and archive agree, and say what to do where they do not."),
    "rebuild": ("flows.cli.rebuild", "Make the whole warehouse anew from the archive."),
    "reextract": ("flows.cli.reextract", "Read stored pages again with the present extractor."),
    "forget": ("flows.cli.forget", "Remove everything held about an address or a source, for good."),
    "page": ("flows.cli.page", "Print a stored page as it was fetched."),
    "extract": ("flows.cli.extract", "Print the article on one page, from a file or an address."),
    "explain": ("flows.cli.explain", "Show why a page became the article it is, or none."),
    "sources": ("flows.cli.sources", "Look at the sources, and check their file."),
    "restory": ("flows.cli.restory", "Find all duplicates and stories anew."),
    "demo": ("flows.cli.demo", "Show a whole run on small news sites of its own; needs no internet."),
}
USAGE_ERROR = 2


class LazyGroup(click.Group):
    """Commands by name; a command's module is imported when that command is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, imported."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="newsloom")
def newsloom() -> None:
    """News ingestion: from a list of sources to clean, de-duplicated articles in DuckDB."""


def main() -> None:
    """Run the command line. A mistake or a failure that has words ends with them; anything else is a bug, and shows."""
    try:
        code = newsloom(standalone_mode=False)
    except click.exceptions.Abort:
        _end("interrupted; the same command goes on where this one stopped", 130)
    except KeyboardInterrupt:
        _end("interrupted; the same command goes on where this one stopped", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except PermissionError as error:
        _end(f"{error.filename}: {error.strerror}. newsloom reads and writes there: see whose it is.", USAGE_ERROR)
    except Exception as error:
        if was_interrupted(error):
            _end("interrupted; the same command goes on where this one stopped", 130)
        if not isinstance(error, NewsloomError):
            raise
        _end(str(error), USAGE_ERROR)
    else:
        sys.exit(code if isinstance(code, int) else 0)  # click hands back the code of its Exit


def _end(words: str, code: int) -> None:
    click.echo(f"newsloom: {words}", err=True)
    sys.exit(code)
