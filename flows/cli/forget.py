"""`newsloom forget`: remove an article or a source from warehouse and archive, permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("forget")
@click.argument("url", required=False)
@click.option("--source", metavar="NAME", help="Remove everything from this source.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@data_option
@wait_option
def command(url: str | None, source: str | None, yes: bool, data: Path, wait: float) -> None:
    """Remove an article or a source from the warehouse and the archive. Later runs do not store it again.

    \b
    newsloom forget https://example.org/news/2026/an-article.html
    newsloom forget --source harbour-courier

    With URL, newsloom removes the article, all its versions and its other URLs, and the stored listings that name it.
    With --source, it removes the articles of that source. An article of another source with the same text stays and
    becomes an article in its own right.

    The file DATA/private/forgotten keeps hashes of the removed URLs, so that later runs skip them. Exports and other
    copies are not changed; remove them yourself. If several machines load into a lake, each with an archive of its own,
    run the command on each of them.
    """
    from flows.maintenance.forget import count_stored, forget
    from flows.pipeline.extract import Extractor
    from warehouse import open_writer

    if (url is None) == (source is None):
        raise click.UsageError("Give a URL or --source NAME.")
    if url is not None and "://" not in url:
        raise click.UsageError(f"{url!r} is not a URL; expected one with a scheme, such as https://example.org/news/1")
    directory = data_directory(data)
    with open_writer(directory.root, "newsloom forget", wait=wait) as writer:
        stored = count_stored(writer, directory, url=url, source=source)
    if not yes and not _confirmed(
        f"Permanently remove everything about {url or source} from {directory.root}: "
        f"{counted(stored.articles, 'article')} and {counted(stored.pages, 'stored response')}?"
    ):
        click.echo("nothing was removed")
        raise click.exceptions.Exit(1)
    with open_writer(directory.root, "newsloom forget", wait=wait) as writer, Extractor() as extractor:
        removed = forget(writer, extractor, directory, url=url, source=source)
        writer.publish()
    if removed.articles or removed.records:
        click.echo(
            f"removed {counted(removed.articles, 'article')} and {counted(removed.records, 'stored response')}; "
            "later runs skip them"
        )
    else:
        click.echo("nothing was stored; later runs skip it")
    if removed.others:
        click.echo(f"kept {counted(removed.others, 'article')} of other sources with the same text")
    if removed.elsewhere:
        click.echo(
            f"{counted(removed.elsewhere, 'segment')} that had something of it: in the archives of other machines. Run "
            "the same command there; until then, their runs may store it again."
        )


def _confirmed(question: str) -> bool:
    try:
        return click.confirm(question)
    except click.Abort:  # Ctrl-C, or no terminal to answer in
        click.echo(err=True)
        return False
