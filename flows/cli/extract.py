"""`newsloom extract`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("extract")
@click.argument("target", metavar="FILE|URL")
@click.option("--url", help="The address of the page in FILE; without it, the one that the page names as its own.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the article is written to standard output.",
)
def command(target: str, url: str | None, form: str) -> None:
    """Print the article on one page: an HTML file (- for standard input), or an address, which is asked for.

    Nothing is stored. A page that is no article is told with the reason, and the exit code is 2.

    \b
    newsloom extract https://paper.example/news/a-story --format json
    newsloom extract saved.html --url https://paper.example/news/a-story
    """
    from crawlers.extraction import Rejection, extract
    from flows.errors import FlowsError
    from flows.reports import article_output as showing
    from flows.sources.download import download

    if target.startswith(("http://", "https://")):
        page = download(target)
        found = extract(page.body, url or page.url, http_charset=page.http_charset)
    else:
        body = _read(target)
        found = extract(body, url or _own_address(body, target))
    if isinstance(found, Rejection):
        raise FlowsError(f"{target}: no article: {found.reason}: {found.detail}")
    write = {"text": showing.as_text, "json": showing.as_json, "markdown": showing.as_markdown}[form]
    sys.stdout.buffer.write(write(found).encode())


def _read(target: str) -> bytes:
    from crawlers.extraction.page import MAX_PAGE_BYTES
    from flows.errors import FlowsError

    # One byte more than an extraction reads is enough for it to say so.
    if target == "-":
        return sys.stdin.buffer.read(MAX_PAGE_BYTES + 1)
    try:
        with Path(target).open("rb") as file:
            return file.read(MAX_PAGE_BYTES + 1)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise FlowsError(
            f"{target}: cannot be read: {said}. A file with a page is expected, or an http or https address."
        ) from None


def _own_address(body: bytes, target: str) -> str:
    from crawlers.discovery import normalise_url
    from crawlers.extraction import Rejection
    from crawlers.extraction.page import read_page
    from flows.errors import FlowsError

    page = read_page(body, "")
    if isinstance(page, Rejection):
        raise FlowsError(f"{target}: no article: {page.reason}: {page.detail}")
    links = [link.get("href") for link in page.tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    for stated in (*links, *page.metas.get("og:url", ())):
        try:
            return normalise_url(stated or "")
        except ValueError:
            continue
    raise FlowsError(f"{target}: the page does not name its address; give it with --url https://…")
