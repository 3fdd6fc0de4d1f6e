"""`newsloom forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("forget")
@click.argument("url", required=False)
@click.option("--source", metavar="NAME", help="Everything of a source, instead of one address.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@wait_option
def command(url: str | None, source: str | None, yes: bool, data: Path, wait: float) -> None:
    """Remove everything held about an address, or a source, from warehouse and archive. It stays out for good.

    \b
    newsloom forget https://example.org/news/2026/an-article.html
    newsloom forget --source harbour-courier

    With an address go the article it leads to, all versions, and its other addresses; also listings that name it. With
    a source go its articles; where another source has the same text, that stays, as its own. The file `forgotten` in
    DATA/private keeps hashes of what is to stay out. Copies that people made, and earlier exports, are for them to
    remove.
    """
    from flows.maintenance.forget import forget
    from flows.pipeline.extract import Extractor
    from warehouse import open_writer

    if (url is None) == (source is None):
        raise click.UsageError("Give an address, or --source NAME.")
    if url is not None and "://" not in url:
        raise click.UsageError(f"{url!r} is no address; expected one with its scheme, as in https://example.org/news/1")
    directory = data_directory(data)
    if not yes:
        click.confirm(f"Remove everything about {url or source} from {directory.root}, for good?", abort=True)
    with open_writer(directory.root, "newsloom forget", wait=wait) as writer, Extractor() as extractor:
        removed = forget(writer, extractor, directory, url=url, source=source)
        writer.publish()
    if not (removed.articles or removed.records):
        click.echo("nothing of it was held; it stays out")
        return
    click.echo(f"removed: {removed.articles} articles, {removed.records} stored pages and listings; they stay out")
    if removed.others:
        click.echo(f"{removed.others} articles stand in their place: other sources have the same text")
