"""Shards: the parts of a crawl that separate processes work on, each with hosts of its own.

A site (registrable domain) belongs to one shard, whatever sources name it: so no two processes request the same host,
and each can keep its delay. What a listing or a redirect names on a site of another shard is *handed over*: the process
writes it to a file, and the run has the owner request it once the first processes have ended.

    RUN/plan.json                  the plan of all shards, with `known.keys` beside it
    RUN/shard-2/plan.json          the part of one shard
    RUN/shard-2/handed-over.jsonl  what it found on the sites of others
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from crawlers.archive import Kind
from crawlers.discovery.sites import shard_of
from crawlers.plan.model import PlannedRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from crawlers.plan.model import CrawlPlan, PlannedSource

HANDED_OVER_FILE = "handed-over.jsonl"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A request of a source for a URL on a site of another shard."""

    source: str
    request: PlannedRequest

    @property
    def url(self) -> str:
        """The URL to request."""
        return self.request.redirected_to or self.request.url


_HANDED_OVER = TypeAdapter(HandedOver)


def shard_plans(plan: CrawlPlan, shards: int) -> dict[int, CrawlPlan]:
    """The plan of each shard that has something to request.

    The budget of a source, and its waiting pages, stay with its listings. If these are on sites of several shards, each
    gets a share of the budget, and the first one the waiting pages.
    """
    sources: dict[int, list[PlannedSource]] = defaultdict(list)
    for source in plan.sources:
        for shard, part in _parts(source, shards).items():
            sources[shard].append(part)
    return {shard: _of_shard(plan, shard, shards, sources[shard]) for shard in sorted(sources)}


def _parts(source: PlannedSource, shards: int) -> dict[int, PlannedSource]:
    requests: dict[int, list[PlannedRequest]] = defaultdict(list)
    for request in source.requests:
        requests[shard_of(request.redirected_to or request.url, shards)].append(request)
    homes = [shard for shard in requests if any(one.kind is not Kind.PAGE for one in requests[shard])]
    if source.waiting and not homes:
        homes = [shard_of(source.waiting[0].url, shards)]
    parts = {}
    for shard in [*homes, *(shard for shard in requests if shard not in homes)]:
        is_home, first = shard in homes, shard == homes[0] if homes else False
        at = homes.index(shard) if is_home else 0
        parts[shard] = replace(
            source,
            requests=tuple(requests[shard]),
            waiting=source.waiting if first else (),
            limit=_share(source.limit, at, len(homes)) if is_home else 0,
            listing_limit=_share(source.listing_limit, at, len(homes)) if is_home else 0,
        )
    return parts


def _share(total: int, at: int, parts: int) -> int:
    """The share of one of several parts, numbered from 0, of a whole number."""
    return total * (at + 1) // parts - total * at // parts


def handed_over_plans(plan: CrawlPlan, shards: int, handed_over: Iterable[HandedOver]) -> dict[int, CrawlPlan]:
    """The plan of each shard that others have handed requests to.

    Pages were counted where they were found; what listings add is bounded by the source's budget, of which each shard
    gets a share.
    """
    requests: dict[int, dict[str, list[PlannedRequest]]] = defaultdict(lambda: defaultdict(list))
    for one in handed_over:
        requests[shard_of(one.url, shards)][one.source].append(one.request)
    plans = {}
    for shard in sorted(requests):
        found = requests[shard]
        sources = []
        for source in plan.sources:
            if source.name in found:
                given = [one for one in sorted(requests) if source.name in requests[one]]
                at = given.index(shard)
                sources.append(
                    replace(
                        source,
                        requests=tuple(found[source.name]),
                        waiting=(),
                        limit=_share(source.limit, at, len(given)),
                        listing_limit=_share(source.listing_limit, at, len(given)),
                    )
                )
        plans[shard] = _of_shard(plan, shard, shards, sources)
    return plans


def _of_shard(plan: CrawlPlan, shard: int, shards: int, sources: Iterable[PlannedSource]) -> CrawlPlan:
    return replace(plan, sources=tuple(sources), shard=shard, shards=shards)


class HandoverFile:
    """Writes what a shard hands over, one JSON line each; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / HANDED_OVER_FILE).open("wb", buffering=0)

    def __enter__(self) -> HandoverFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, handed_over: HandedOver) -> None:
        """Write one. Raises OSError if the disk is full."""
        self._file.write(_HANDED_OVER.dump_json(handed_over, exclude_defaults=True) + b"\n")


def read_handed_over(folder: Path) -> Iterator[HandedOver]:
    """What the shard with this folder has handed over; a line that a killed process has cut short is left out."""
    file = folder / HANDED_OVER_FILE
    if not file.exists():
        return
    with file.open("rb") as lines:
        for line in lines:
            try:
                yield _HANDED_OVER.validate_json(line)
            except ValidationError:
                continue  # its page waits in the frontier
