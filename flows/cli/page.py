"""`newsloom page`: print a stored page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("page")
@click.argument("url")
@click.option("--headers", is_flag=True, help="Print the HTTP status and headers before the body.")
@data_option
def command(url: str, headers: bool, data: Path) -> None:
    """Print the stored bytes of the latest complete answer from URL.

    URL is any URL of an article, or the URL of a feed, sitemap or section page. If no page is stored for a URL of an
    article, newsloom prints that of another URL, and says so on standard error.
    """
    from flows.reports.stored_page import find_page

    page = find_page(data, url)
    stored = page.read()
    if page.note:
        click.echo(page.note, err=True)
    if headers:
        lines = [f"{stored.status or ''} {stored.url}", *(f"{name}: {value}" for name, value in stored.headers), "", ""]
        sys.stdout.buffer.write("\n".join(lines).encode())
    sys.stdout.buffer.write(stored.body)
