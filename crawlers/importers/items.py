"""What the readers of imported files yield: log entries with their content, and a report on the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.archive import Exchange, Fetch, ImportedRecord, Kind, Outcome

if TYPE_CHECKING:
    from datetime import datetime

LOCAL_SOURCE = "import"
"""The source of records with neither a source nor a host."""

ImportedItem = tuple[Fetch, Exchange | ImportedRecord | None]


@dataclass(slots=True)
class FileReport:
    """What a reader noticed in a file beside its records.

    `left_out` counts by kind what is no article by its nature; `damage` has a sentence for each part of the file that
    is damaged or missing, with its place and its size.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    damage: list[str] = field(default_factory=list)


def host(url: str | None) -> str:
    """The source of a record without one: the host of its URL."""
    name = urlsplit(url).hostname if url else None
    return name.removeprefix("www.") if name else LOCAL_SOURCE


def fetched(
    url: str, source: str, kind: Kind, at: datetime, size: int, status: int | None = None, detail: str | None = None
) -> Fetch:
    """The log entry of a record with `size` bytes."""
    return Fetch(
        url=url,
        source=source,
        kind=kind,
        outcome=Outcome.FETCHED,
        fetched_at=at,
        bytes=size,
        status=status,
        detail=detail,
    )


def failed(url: str, source: str, kind: Kind, at: datetime, reason: str, detail: str) -> Fetch:
    """The log entry of a record that cannot be used."""
    return Fetch(url=url, source=source, kind=kind, outcome=Outcome.FAILED, fetched_at=at, reason=reason, detail=detail)
