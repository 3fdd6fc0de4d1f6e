"""A plan for `scrapy crawl news` without a warehouse, from sources.toml alone."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from crawlers.errors import CrawlersError
from crawlers.plan.build import entry_points, plan_source
from crawlers.plan.model import CrawlPlan
from crawlers.sources.contact import require_contact
from crawlers.sources.model import load_sources, user_agent


def standalone_plan(
    sources: str = "sources.toml", source: str | None = None, archive: str = "newsloom-data/archive"
) -> CrawlPlan:
    """A plan for all sources, or for the one named `source`. Raises CrawlersError if there is no such source."""
    configured = load_sources(Path(sources))
    require_contact(configured, Path(sources))
    chosen = [entry for entry in configured.sources if source in (None, entry.name)]
    if not chosen:
        names = ", ".join(entry.name for entry in configured.sources)
        raise CrawlersError(f"{sources}: unknown source {source!r}; available: {names}")
    now = datetime.now(UTC)
    return CrawlPlan(
        run_id=secrets.token_hex(6),
        archive=archive,
        user_agent=user_agent(configured.settings),
        segment_pages=configured.settings.segment_pages,
        sources=tuple(plan_source(entry, configured.settings, entry_points(entry), now) for entry in chosen),
    )
