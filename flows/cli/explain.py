"""`newsloom explain`: show how the extractor reads a stored page, or why an article is in its story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.json_output import json_option, print_json
from flows.cli.options import data_option, wait_option

if TYPE_CHECKING:
    from pathlib import Path

    from flows.dedup.explain import StoryExplanation


@click.command("explain")
@click.argument("url")
@click.option("--story", is_flag=True, help="Show why the article at URL is in its story instead.")
@data_option
@wait_option
@json_option
def command(url: str, story: bool, data: Path, wait: float, as_json: bool) -> None:
    """Show how newsloom extracts the article at URL, or why it rejects the page.

    The page comes from the archive and is extracted again, with what newsloom has learned about its source. URL is any
    URL of the page: the one that was requested, the target of a redirect, or the canonical one. If the URL has query
    parameters, it also shows which of them newsloom ignores, and why.

    With --story: which words the article shares with the others of its story, how similar they are, and which other
    story is the closest. No other newsloom process may write meanwhile (see --wait).
    """
    if story:
        found = _story(url, data, wait)
        if as_json:
            print_json("explain", [found])
        else:
            from flows.reports.story_output import as_text

            click.echo(as_text(found), nl=False)
        return
    import duckdb

    from crawlers.extraction.explain import explain
    from flows.errors import FlowsError
    from flows.pipeline.source_profiles import read_profiles
    from flows.reports.article_output import as_reasons
    from flows.reports.parameter_output import known_parameters, parameter_lines
    from flows.reports.stored_page import find_page
    from warehouse import connect

    page = find_page(data, url)
    stored = page.read()
    if page.kind not in ("page", "record"):
        raise FlowsError(f"{url}: is a {page.kind}, not an article page ({page.place})")
    if page.kind == "record":
        raise FlowsError(f"{url}: is an imported record ({page.place}); newsloom stores its fields without extraction")
    with connect(data) as connection:
        try:
            profile = read_profiles(connection, page.source).get(page.source)
        except duckdb.CatalogException:  # published by a version that learned nothing; the next run publishes it anew
            profile = None
        parameters = known_parameters(connection, page.source, (url, page.url))
    explanation = explain(
        stored.body,
        page.final_url or page.url,
        http_charset=stored.http_charset,
        fetched_at=page.fetched_at,
        source_profile=profile,
    )
    if page.note:
        click.echo(page.note, err=True)
    if as_json:
        print_json("explain", [explanation], {"url": page.url, "page": page.story, "parameters": parameters})
        return
    said = "".join(f"{line}\n" for line in parameter_lines(parameters))
    click.echo(f"{page.url}\n{page.story}\n{said}\n{as_reasons(explanation)}", nl=False)


def _story(url: str, data: Path, wait: float) -> StoryExplanation:
    from flows.data_directory import data_directory
    from flows.dedup.explain import explain_story
    from flows.errors import FlowsError
    from flows.reports.stored_page import url_spellings
    from warehouse import open_writer, warehouse_exists

    directory = data_directory(data)
    if not warehouse_exists(directory.root):
        raise FlowsError(
            f"{directory.root}: no warehouse found. Choose a data directory with --data DIR or NEWSLOOM_DATA."
        )
    with open_writer(directory.root, "newsloom explain", wait=wait) as writer:
        found = explain_story(writer.connection, url_spellings(url))
    if found is None:
        raise FlowsError(f"{url}: no article is stored for this URL. `newsloom search WORDS` finds articles.")
    return found
