"""`newsloom explain`."""

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
    """Show why the page at URL became the article it is, or none: from the archive, extracted anew.

    URL is any address that the page was asked for, led to, or goes by.
    """
    from crawlers.extraction.explain import explain
    from flows.errors import FlowsError
    from flows.reports.article_output import as_reasons
    from flows.reports.stored_page import find_page

    page = find_page(data, url)
    stored = page.read()
    if page.kind not in ("page", "record"):
        raise FlowsError(f"{url}: a {page.kind}, and no article's page ({page.place})")
    if page.kind == "record":
        raise FlowsError(f"{url}: an imported record ({page.place}): its fields are taken as they are given")
    explanation = explain(
        stored.body, page.final_url or page.url, http_charset=stored.http_charset, fetched_at=page.fetched_at
    )
    click.echo(f"{page.url}\n{page.story}\n\n{as_reasons(explanation)}", nl=False)
