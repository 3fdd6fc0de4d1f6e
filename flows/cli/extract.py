"""`newsloom extract`: extract the article from one page, without storing it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

# Stands for the URL of a page that states none. No page has it, and it says nothing about what the page is.
UNKNOWN_ORIGIN = "https://unknown.invalid/"
UNKNOWN_URL = f"{UNKNOWN_ORIGIN}page.html"


@click.command("extract")
@click.argument("target", metavar="FILE|URL")
@click.option("--url", help="URL of the page in FILE.  [default: the canonical URL that the page states, if it does]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Output format.",
)
def command(target: str, url: str | None, form: str) -> None:
    """Extract one article from an HTML file (- reads standard input) or from a URL, and print it.

    Nothing is stored. If the page is not an article, the command prints the reason and exits with code 2.

    \b
    newsloom extract https://paper.example/news/a-story --format json
    newsloom extract saved.html --url https://paper.example/news/a-story
    """
    from crawlers.extraction import Rejection, extract
    from flows.errors import FlowsError
    from flows.reports.article_output import as_json, as_markdown, as_text
    from flows.sources.download import download

    if target.lower().startswith(("http://", "https://")):
        page = download(target)
        found = extract(page.body, url or page.url, http_charset=page.http_charset)
    else:
        body = _read(target)
        found = extract(body, url or _canonical_url(body, target) or UNKNOWN_URL)
        if not isinstance(found, Rejection) and found.url.startswith(UNKNOWN_ORIGIN):
            is_known = found.image_url is None or not found.image_url.startswith(UNKNOWN_ORIGIN)
            found = replace(found, url="", image_url=found.image_url if is_known else None)
    if isinstance(found, Rejection):
        raise FlowsError(f"{target}: not an article ({found.reason}): {found.detail}")
    write = {"text": as_text, "json": as_json, "markdown": as_markdown}[form]
    sys.stdout.buffer.write(write(found).encode())


def _read(target: str) -> bytes:
    from crawlers.limits import MAX_PAGE_BYTES
    from flows.errors import FlowsError

    # One byte more than an extraction reads is enough for it to say so.
    if target == "-":
        return sys.stdin.buffer.read(MAX_PAGE_BYTES + 1)
    if "://" in target:
        scheme = target.partition("://")[0]
        raise FlowsError(f"{target}: found the scheme {scheme}; expected an HTML file, or an http or https URL.")
    try:
        with Path(target).open("rb") as file:
            return file.read(MAX_PAGE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FlowsError(f"{target}: cannot be read: {reason}. Give an HTML file, or an http or https URL.") from None


def _canonical_url(body: bytes, target: str) -> str | None:
    """The canonical URL that a page states, or None."""
    from crawlers.discovery import normalise_url
    from crawlers.extraction import Rejection
    from crawlers.extraction.page import read_page
    from flows.errors import FlowsError

    page = read_page(body, "")
    if isinstance(page, Rejection):
        raise FlowsError(f"{target}: not an article ({page.reason}): {page.detail}")
    links = [link.get("href") for link in page.tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    for stated in (*links, *page.metas.get("og:url", ())):
        try:
            return normalise_url(stated or "")
        except ValueError:
            continue
    return None
