"""The crawl plan: plain data that a flow writes and a Scrapy process reads.

A plan is a folder with two files: `plan.json`, and `known.keys`, the sorted 64-bit keys of every URL that need not be
crawled again when a listing names it (see `crawlers.discovery.known_urls`).
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
"""New pages that a crawl requests from a source without a limit of its own: enough for a day of the largest newsrooms,
and a sitemap of 50,000 does not use up the memory and the time of all other sources. The rest waits for later runs."""
DEFAULT_LISTINGS = 50
"""The same for listings that other listings name: some sitemap indexes have one for every day of decades."""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A URL to request. `etag` and `last_modified` make the request conditional; both times are aware."""

    url: str
    kind: Kind
    etag: str | None = None
    last_modified: str | None = None
    published_hint: datetime | None = None
    date: datetime | None = None
    """When the page was published or changed, if any listing or the URL says so; newer pages are requested first."""
    stored: OriginalCapture | None = None
    """What the archive has stored for it."""
    redirected_to: str | None = None
    """The URL on a site of this shard that another shard was redirected to, after so many `redirects`."""
    redirects: int = 0
    depth: int = 0
    """How many listings led to this one."""


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """What to request from one source.

    `delay` is the time in seconds between two requests to one of its hosts. `include` and `exclude` are regular
    expressions that are searched for in article URLs.
    """

    name: str
    delay: float
    requests: tuple[PlannedRequest, ...] = ()
    """What is requested in any case: listings, and pages to check again."""
    waiting: tuple[PlannedRequest, ...] = ()
    """Pages that an earlier crawl found but did not fetch, newest first: requested after the new pages in listings."""
    limit: int = DEFAULT_PAGES
    """Pages requested in addition to `requests`."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """The range, aware, that a page's date must be in if its listing or its URL gives one."""
    listing_limit: int = DEFAULT_LISTINGS
    """Listings requested in addition to `requests`."""
    last_fetched: dict[str, datetime] = field(default_factory=dict)
    """When each of the sitemaps that indexes name was last fetched, by URL."""
    allow_private_addresses: bool = False
    """Whether its requests may go to private addresses."""
    allow_invalid_certificates: bool = False
    """Whether its requests may go to servers whose certificates are not valid."""
    ports: tuple[int, ...] = ()
    """Ports that its requests may go to besides 80 and 443."""
    respect_opt_outs: bool = False
    """Whether pages that opt out of text and data mining are left out."""
    ignored_parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Query parameters that are no part of the source's URLs, by host."""

    def access_policy(self) -> AccessPolicy:
        """Where its requests may go."""
        return AccessPolicy(
            self.allow_private_addresses,
            frozenset(self.ports),
            self.limit if self.limit > DEFAULT_PAGES else None,
            self.allow_invalid_certificates,
        )


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """Everything a crawl needs to know. `archive` is the folder for its segments.

    `shard`, from 0, is the part of the sites that the crawl may request (see `crawlers.plan.shards`).
    """

    run_id: str
    archive: str
    user_agent: str
    segment_pages: int
    sources: tuple[PlannedSource, ...]
    shard: int = 0
    shards: int = 1


_PLAN = TypeAdapter(CrawlPlan)


def write_plan(folder: Path, plan: CrawlPlan) -> None:
    """Write `plan.json` into the folder."""
    (folder / PLAN_FILE).write_bytes(_PLAN.dump_json(plan, indent=1, exclude_none=True))


def known_keys_file(folder: Path, plan: CrawlPlan) -> Path:
    """The file with the keys of known URLs for the plan in a folder; the shards of a crawl share it."""
    return (folder.parent if plan.shards > 1 else folder) / KNOWN_KEYS_FILE


def read_plan(folder: Path) -> CrawlPlan:
    """Read the `plan.json` in a folder. Raises CrawlersError if it is missing or invalid."""
    file = folder / PLAN_FILE
    try:
        return _PLAN.validate_json(file.read_bytes())
    except OSError as error:
        raise CrawlersError(f"{file}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CrawlersError(f"{file}: not a crawl plan: {key}: {first['msg']}, found {first['input']!r}") from error
