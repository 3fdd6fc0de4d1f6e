"""`newsloom digest`: what happened in a day or a longer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from flows.cli.options import TIME, UNTIL, alerts_option, data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("digest")
@click.option("--since", type=TIME, help="Begin of the time (UTC).  [default: a day before the end]")
@click.option("--until", type=UNTIL, help="End of the time (UTC), or its last day.  [default: now]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "html"]),
    default="text",
    show_default=True,
    help="Text, Markdown, or a page that needs no other file.",
)
@alerts_option
@data_option
def command(since: datetime | None, until: datetime | None, form: str, sources: Path, data: Path) -> None:
    """Write what happened in a day or a longer time: the biggest stories and who was first, changed headlines, edited
    articles, names in the news, and what needs attention.

    \b
    newsloom digest                                              the last 24 hours
    newsloom digest --since 2026-03-01 --until 2026-03-07 --format html > week.html
    """
    from flows.data_directory import data_directory
    from flows.reports.digest import as_html, as_markdown, as_text, make_digest
    from flows.settings import load_alerts
    from warehouse import connect
    from warehouse.period import last_publication

    now = datetime.now(UTC)
    end = now if until is None else until.replace(tzinfo=UTC)
    if since is not None:
        begin = since.replace(tzinfo=UTC)
    elif end.date() == date.min:
        raise click.UsageError("--until needs --since: there is no day before the year 1")
    else:
        begin = end - timedelta(days=1)
    if begin >= end:
        raise click.UsageError(f"--since ({begin:%Y-%m-%d %H:%M}) must be before --until ({end:%Y-%m-%d %H:%M})")
    with connect(data) as connection:
        made = make_digest(
            connection, begin, end, now, data_directory(data).free_gb(), load_alerts(sources).least_free_gb
        )
        last = None if made.period.published else last_publication(connection)
    click.echo({"text": as_text, "md": as_markdown, "html": as_html}[form](made), nl=False)
    if last is not None:
        click.echo(
            f"No article was published in this time. The latest: newsloom digest --since {last} --until {last}",
            err=True,
        )
