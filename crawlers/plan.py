"""The crawl plan: plain data that a flow writes and a Scrapy process reads.

A plan is a folder with two files: `plan.json`, and `known.keys`, the sorted 64-bit keys of every address that
listings need not name again (see `crawlers.discovery.address.KnownAddresses`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crawlers.archive import Kind, Original
from crawlers.errors import CrawlersError
from crawlers.politeness.addresses import Reach

PLAN = "plan.json"
KNOWN = "known.keys"


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """An address to ask for. `etag` and `last_modified` make the request conditional, `published_hint` is aware."""

    url: str
    kind: Kind
    etag: str | None = None
    last_modified: str | None = None
    published_hint: datetime | None = None
    stored: Original | None = None
    """What the archive has of it."""


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """What to ask of one source.

    `limit` is the number of article pages asked beside the planned ones (None: no limit), `delay` the seconds between
    two requests to one of its hosts; `include` and `exclude` are regular expressions searched for in article addresses.
    """

    name: str
    delay: float
    requests: tuple[PlannedRequest, ...] = ()
    limit: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    listing_limit: int | None = None
    """Listings asked beside the planned ones; None: no limit."""
    allow_private_addresses: bool = False
    """Whether its requests may go to addresses inside a network."""
    ports: tuple[int, ...] = ()
    """Ports that may be asked beside 80 and 443."""

    def reach(self) -> Reach:
        """How far its requests may go."""
        return Reach(self.allow_private_addresses, frozenset(self.ports), self.limit)


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
    (folder / PLAN).write_bytes(_PLAN.dump_json(plan, indent=1, exclude_none=True))


def read_plan(folder: Path) -> CrawlPlan:
    """Read a plan's `plan.json`; raises CrawlersError, in words, where it is none."""
    file = folder / PLAN
    try:
        return _PLAN.validate_json(file.read_bytes())
    except OSError as error:
        raise CrawlersError(f"{file}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CrawlersError(f"{file}: is no crawl plan: {key}: {first['msg']}, found {first['input']!r}") from error
