"""Schedule, retention and alerts: the tables of `sources.toml` that do not concern the crawl.

    [schedule]                      # every table and every key is optional
    every_minutes = 15
    run_minutes = 60
    maintain_at = "03:30"
    digest_at = "06:30"
    timezone = "Europe/Vienna"

    [keep]
    archive_days = 730

    [alerts]
    webhook = "https://chat.example/hooks/newsloom"

    [extract]
    engine = "dask"
    scheduler = "tcp://scheduler.internal:8786"

`Schedule`, `Keep`, `Alerts` and `Extract` describe each key and its values.
"""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - pydantic resolves it at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StrictInt, StrictStr

from crawlers.sources.model import OTHER_TABLES, Sources, check_sources
from crawlers.sources.toml_file import read_file, read_toml
from crawlers.sources.validation import ProblemCollector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MAIL = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+")


def _time_of_day(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:  # not in the database, a folder in it, or not a valid name
        raise ValueError from error
    return value


def _webhook(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    return value


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise ValueError
    return value


def _scheduler(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("tcp", "tls", "ucx", "ws", "wss") or not parts.hostname or parts.port is None:
        raise ValueError
    return value


_Positive = Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False)]
# The calendar ends and timers have limits: larger values are mistakes.
_Minutes = Annotated[float, Strict(), Field(gt=0, le=525_600, allow_inf_nan=False)]
_Days = Annotated[float, Strict(), Field(gt=0, le=36_500, allow_inf_nan=False)]
_TimeOfDay = Annotated[StrictStr, AfterValidator(_time_of_day)]
_POSITIVE = "a number greater than 0"
_MINUTES = "a number of minutes greater than 0, at most 525600 (a year)"
_DAYS = "a number of days greater than 0, at most 36500 (a hundred years); omit the key to keep everything"
_CLOCK = 'a time of day, such as "03:30"'


class Schedule(BaseModel):
    """`[schedule]`: when the flows run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every_minutes: _Minutes = Field(default=15.0, description=_MINUTES)
    """Minutes between two crawls. A crawl requests what is due at that time."""
    run_minutes: _Minutes = Field(default=60.0, description=_MINUTES)
    """Time limit of a crawl. The next one requests what is left."""
    maintain_at: _TimeOfDay = Field(default="03:30", description=_CLOCK)
    """When the flow `maintain` runs, once a day."""
    digest_at: _TimeOfDay = Field(default="06:30", description=_CLOCK)
    """When the flow `digest` runs, once a day."""
    timezone: Annotated[StrictStr, AfterValidator(_timezone)] = Field(
        default="UTC", description='a time zone of the IANA database, such as "Europe/Vienna"'
    )
    """The time zone of `maintain_at` and `digest_at`."""


class Keep(BaseModel):
    """`[keep]`: how long data is kept; None means permanently. Segments that are not loaded yet are never removed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    archive_days: _Days | None = Field(default=None, description=_DAYS)
    """Older archive segments are removed. Their articles stay, but the pages cannot be read again."""
    archive_gb: _Positive | None = Field(default=None, description=_POSITIVE)
    """While the archive is larger, in gigabytes (10⁹ bytes), its oldest segments are removed."""
    requests_days: _Days | None = Field(default=None, description=_DAYS)
    """Rows of `fetches` and `rejections` that were loaded longer ago are removed."""
    states_days: _Days = Field(
        default=30.0, description="a number of days greater than 0, at most 36500 (a hundred years); default: 30"
    )
    """How far back `newsloom sql --at` can read a warehouse on DuckLake."""
    plans_days: _Days = Field(
        default=14.0, description="a number of days greater than 0, at most 36500 (a hundred years); default: 14"
    )
    """Older plans and logs of crawls (private/runs) are removed."""


class Alerts(BaseModel):
    """`[alerts]`: where digests and failures are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhook: Annotated[StrictStr, AfterValidator(_webhook)] | None = Field(
        default=None, description="a URL with http:// or https://"
    )
    """Receives digests and failures as a POST of `{"text": …}`, as Slack, Mattermost and others expect."""
    mail_to: Annotated[StrictStr, AfterValidator(_mail)] | None = Field(default=None, description="an e-mail address")
    """Receives digests and failures by mail."""
    mail_from: Annotated[StrictStr, AfterValidator(_mail)] = Field(
        default="newsloom@localhost", description="an e-mail address"
    )
    smtp_host: StrictStr = Field(default="localhost", min_length=1, description="the host name of a mail server")
    smtp_port: StrictInt = Field(default=25, ge=1, le=65535, description="a port from 1 to 65535")
    least_free_gb: _Positive = Field(default=1.0, description=_POSITIVE)
    """No crawl starts while the disk has less free space, in gigabytes (10⁹ bytes)."""


class Extract(BaseModel):
    """`[extract]`: which processes extract the articles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["processes", "dask"] = Field(default="processes", description='"processes" or "dask"')
    """`processes`: as many as this machine has cores. `dask`: the workers of a Dask cluster."""
    scheduler: Annotated[StrictStr, AfterValidator(_scheduler)] | None = Field(
        default=None, description='the address of a Dask scheduler, such as "tcp://scheduler.internal:8786"'
    )
    """Where the Dask scheduler listens, for `engine = "dask"`."""


class Settings(BaseModel):
    """The tables `[schedule]`, `[keep]`, `[alerts]` and `[extract]`."""

    model_config = ConfigDict(frozen=True)

    schedule: Schedule = Schedule()
    keep: Keep = Keep()
    alerts: Alerts = Alerts()
    extract: Extract = Extract()


MODELS: dict[str, type[BaseModel]] = dict(zip(OTHER_TABLES, (Schedule, Keep, Alerts, Extract), strict=True))


def load_settings(path: Path) -> Settings:
    """Read these tables of a `sources.toml`. Raises SourcesError with all of their problems."""
    return Settings(**_read(path, MODELS))


def load_alerts(path: Path) -> Alerts:
    """Read `[alerts]` alone, to report mistakes in other tables, with its defaults if there is no such file.

    Raises SourcesError for mistakes in this one.
    """
    if not path.exists():
        return Alerts()
    alerts: Alerts = _read(path, ["alerts"])["alerts"]
    return alerts


def load_extract(path: Path) -> Extract:
    """Read `[extract]` alone, with its defaults if there is no such file. Raises SourcesError for mistakes in it."""
    if not path.exists():
        return Extract()
    extract: Extract = _read(path, ["extract"])["extract"]
    return extract


def load_all(path: Path) -> tuple[Sources, Settings]:
    """Read a whole `sources.toml`. Raises SourcesError with the problems of all tables."""
    data, collector = _parse(path)
    sources = check_sources(data, collector)
    settings = _check(data, MODELS, collector)
    if collector.problems or sources is None:
        raise collector.error()
    return sources, Settings(**settings)


def _read(path: Path, names: Iterable[str]) -> dict[str, Any]:
    data, collector = _parse(path)
    checked = _check(data, names, collector)
    if collector.problems:
        raise collector.error()
    return checked


def _parse(path: Path) -> tuple[dict[str, object], ProblemCollector]:
    body = read_file(path)
    collector = ProblemCollector(path, body.decode("utf-8-sig", "replace"))
    return read_toml(body, collector), collector


def _check(data: Mapping[str, object], names: Iterable[str], collector: ProblemCollector) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name in names:
        table = data.get(name, {})
        if isinstance(table, dict):
            checked[name] = collector.check(MODELS[name], (name,), table)
        else:
            collector.wrong_type((name,), table, f"a table, [{name}]")
    return checked
