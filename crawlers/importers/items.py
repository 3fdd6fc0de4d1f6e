"""What the readers of imported files yield: log entries with their content, and a report on the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from crawlers.archive import Exchange, Fetch, ImportedRecord, Kind, Outcome
from crawlers.importers.selection import EVERYTHING, Selection

LOCAL_SOURCE = "import"
"""The source of records with neither a source nor a host."""

ImportedItem = tuple[Fetch, Exchange | ImportedRecord | None]
_FIRST_TIME = datetime(1990, 1, 1, tzinfo=UTC)  # before the first page of the web
_CLOCK_ERROR = timedelta(days=1)


class BrokenContentError(ValueError):
    """The rest of a file cannot be read, because it is not of the type that it began with. The message says where."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How records are read: whether ready-made texts are cleaned, keys of fields (`crawlers.importers.keys.read_map`),
    the source of all records, if it is not what each says, and which pages of web archives are read."""

    clean: bool = False
    keys: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    selection: Selection = EVERYTHING

    def __str__(self) -> str:
        """What distinguishes an import from one of the same file without options; empty if nothing does."""
        parts = ["clean"] if self.clean else []
        parts += [f"{field}={key}" for field, key in self.keys]
        parts += [f"source {self.source}"] if self.source else []
        parts += [str(self.selection)] if str(self.selection) else []
        return " ".join(parts)


@dataclass(slots=True)
class FileReport:
    """What a reader noticed in a file beside its records.

    `left_out` counts by kind what is no article by its nature; `damage` has a sentence for each part of the file that
    is damaged or missing, with its place and its size; `not_kept` counts the records by each key that has a value for
    which newsloom has no field. `offset` is the byte of the file at which the record begins that was read last, if
    reading can resume there.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    damage: list[str] = field(default_factory=list)
    not_kept: Counter[str] = field(default_factory=Counter)
    offset: int | None = field(default=None, compare=False)


def plausible_time(when: datetime | None, at: datetime) -> datetime | None:
    """The time at which something was fetched, in UTC; None if that was before the web or after the import at `at`."""
    try:
        found = when and (when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC))
    except OverflowError:  # at an end of the calendar
        return None
    return found if found is not None and _FIRST_TIME <= found <= at + _CLOCK_ERROR else None


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
