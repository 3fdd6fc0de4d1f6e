"""Writes the first sources.toml: the settings that most people want to see, and publishers of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.sources.model import CrawlSettings, parse_settings
from crawlers.sources.write import with_contact
from flows.errors import FlowsError
from flows.settings import Schedule
from flows.sources.add import add_publishers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from crawlers.sources.catalogue import CatalogueEntry

_HEAD = """\
# The sources that newsloom crawls. `newsloom sources check` tries them, `newsloom sources add URL` adds more.

[crawl]
# contact = "mailto:…"                  # your contact address for publishers; required before the first run
delay = {delay:g}                               # seconds between two requests to the same host
recheck_hours = {recheck}          # hours after the first fetch at which an article is checked again

[schedule]
every_minutes = {minutes:g}                      # minutes between two crawls of `newsloom up`

# [[source]]
# name = "harbour-courier"                         # required, unique
# homepage = "https://harbour-courier.example/"    # sufficient if the front page names its feeds
# feeds = ["https://harbour-courier.example/feed.xml"]
# sitemaps = ["https://harbour-courier.example/sitemap.xml"]
# sections = ["https://harbour-courier.example/politics"]
# language = "en"                                  # ISO 639-1; used for pages that do not state their language
# include = ["/article/"]                          # regular expressions for article URLs
# exclude = ["/advertising/"]
# limit = 200                                      # maximum number of new articles per run
"""


def check_contact(contact: str, file: Path) -> None:
    """Raise SourcesError if an address is no contact that sources.toml may have."""
    parse_settings(with_contact("[crawl]\n", contact).encode(), file)


def write_first_file(
    file: Path, publishers: Iterable[CatalogueEntry], contact: str | None = None, minutes: float | None = None
) -> int:
    """Write a file that does not exist yet; returns the number of its sources.

    `minutes` are those between two crawls of `newsloom up`. Raises FlowsError if the file exists or cannot be written,
    SourcesError if the contact or the minutes are not valid.
    """
    settings, schedule = CrawlSettings(), Schedule()
    text = _HEAD.format(
        delay=settings.delay,
        recheck=[float(hours) if hours % 1 else int(hours) for hours in settings.recheck_hours],
        minutes=schedule.every_minutes if minutes is None else minutes,
    )
    if contact:
        text = with_contact(text, contact)
        parse_settings(text.encode(), file)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise FlowsError(f"{file}: already exists; not changed. `newsloom sources add` adds to it") from error
    except OSError as error:
        raise FlowsError(f"{file}: cannot be written: {error.strerror}") from error
    return len(add_publishers(file, publishers))
