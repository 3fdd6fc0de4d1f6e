"""`newsloom dashboard`: look at the warehouse in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("dashboard")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the page.  [default: the first free port from 4300]"
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in your browser.")
@data_option
def command(port: int | None, open_browser: bool, data: Path) -> None:
    """Show the warehouse in your browser: stories, coverage, syndication, changed headlines, source health, runs.

    Serves a page that only this machine can reach, until you press Ctrl-C. It changes nothing, and newly
    published articles appear by themselves. `newsloom up` serves the same page.
    """
    from contextlib import suppress

    from flows.dashboard.address import PORT, dashboard_url
    from flows.dashboard.server import serve
    from flows.data_directory import data_directory
    from flows.service.ports import listen
    from warehouse import published_exists

    directory = data_directory(data)
    listening = listen(port, PORT)
    url = dashboard_url(listening.getsockname()[1])
    if not published_exists(directory.root):
        click.echo(
            f"{directory.news}: no warehouse found yet. The dashboard shows it once a run has published it.", err=True
        )

    def announce() -> None:
        click.echo(f"Dashboard: {url} (Ctrl-C stops it)")
        if open_browser:
            import webbrowser

            if not webbrowser.open(url):
                click.echo("No browser can be opened here; open the URL yourself.", err=True)

    with suppress(KeyboardInterrupt):  # it is how to stop it
        serve(directory.root, listening, announce)
