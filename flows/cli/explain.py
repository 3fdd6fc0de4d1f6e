"""`newsloom explain`: show how the extractor reads a stored page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("explain")
@click.argument("url")
@data_option
def command(url: str, data: Path) -> None:
    """Show how newsloom extracts the article at URL, or why it rejects the page.

    The page comes from the archive and is extracted again. URL is any URL of the page: the one that was requested, the
    target of a redirect, or the canonical one.
    """
    from crawlers.extraction.explain import explain
    from flows.errors import FlowsError
    from flows.reports.article_output import as_reasons
    from flows.reports.stored_page import find_page

    page = find_page(data, url)
    stored = page.read()
    if page.kind not in ("page", "record"):
        raise FlowsError(f"{url}: is a {page.kind}, not an article page ({page.place})")
    if page.kind == "record":
        raise FlowsError(f"{url}: is an imported record ({page.place}); newsloom stores its fields without extraction")
    explanation = explain(
        stored.body, page.final_url or page.url, http_charset=stored.http_charset, fetched_at=page.fetched_at
    )
    if page.note:
        click.echo(page.note, err=True)
    click.echo(f"{page.url}\n{page.story}\n\n{as_reasons(explanation)}", nl=False)
