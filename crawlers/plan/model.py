"""The crawl plan: plain data that a flow writes and a Scrapy process reads.

A plan is a folder with two files: `plan.json`, and `known.keys`, the sorted 64-bit keys of every address that
listings need not name again (see `crawlers.discovery.urls.KnownUrls`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crawlers.archive import Kind, OriginalCapture
from crawlers.errors import CrawlersError
from crawlers.politeness.ip_ranges import AccessPolicy

PLAN_FILE = "plan.json"
KNOWN_KEYS_FILE = "known.keys"
DEFAULT_PAGES = 2000
"""New pages that a crawl asks of a source which sets no limit: enough for a day of the largest newsrooms, and a sitemap
of 50,000 then takes neither the memory nor the time of all the others. The rest waits for later runs."""
DEFAULT_LISTINGS = 50
"""The same for listings that others name: some indexes have one for every day of decades."""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """An address to ask for. `etag` and `last_modified` make the request conditional, both times are aware."""

    url: str
    kind: Kind
    etag: str | None = None
    last_modified: str | None = None
    published_hint: datetime | None = None
    date: datetime | None = None
    """When it was published or changed, as far as anybody has said so; newer pages are asked for first."""
    stored: OriginalCapture | None = None
    """What the archive has of it."""


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """What to ask of one source.

    `delay` is the seconds between two requests to one of its hosts; `include` and `exclude` are regular expressions
    searched for in article addresses.
    """

    name: str
    delay: float
    requests: tuple[PlannedRequest, ...] = ()
    """What is asked in any case: listings, and pages for another look."""
    waiting: tuple[PlannedRequest, ...] = ()
    """Pages that an earlier crawl found and did not get, newest first: asked after what its listings name anew."""
    limit: int = DEFAULT_PAGES
    """Pages asked beside `requests`."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """The window of time, aware, that a page's date is to be in where its listing or its address gives one."""
    listing_limit: int = DEFAULT_LISTINGS
    """Listings asked beside `requests`."""
    asked: dict[str, datetime] = field(default_factory=dict)
    """Further sitemaps that are known by their indexes: when each was asked last."""
    allow_private_addresses: bool = False
    """Whether its requests may go to addresses inside a network."""
    ports: tuple[int, ...] = ()
    """Ports that may be asked beside 80 and 443."""

    def access_policy(self) -> AccessPolicy:
        """How far its requests may go."""
        return AccessPolicy(
            self.allow_private_addresses, frozenset(self.ports), self.limit if self.limit > DEFAULT_PAGES else None
        )


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """All that a crawl needs to know. `archive` is the folder that its segments go to."""

    run_id: str
    archive: str
    user_agent: str
    segment_pages: int
    sources: tuple[PlannedSource, ...]


_PLAN = TypeAdapter(CrawlPlan)


def write_plan(folder: Path, plan: CrawlPlan) -> None:
    """Write `plan.json` into the folder."""
    (folder / PLAN_FILE).write_bytes(_PLAN.dump_json(plan, indent=1, exclude_none=True))


def read_plan(folder: Path) -> CrawlPlan:
    """Read a plan's `plan.json`; raises CrawlersError, in words, where it is none."""
    file = folder / PLAN_FILE
    try:
        return _PLAN.validate_json(file.read_bytes())
    except OSError as error:
        raise CrawlersError(f"{file}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CrawlersError(f"{file}: is no crawl plan: {key}: {first['msg']}, found {first['input']!r}") from error
