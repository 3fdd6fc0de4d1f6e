"""Reads and validates the sources in `sources.toml`.

    [crawl]                         # every key optional
    contact = "mailto:desk@example.org"
    delay = 1.0
    segment_pages = 500
    recheck_hours = [1, 6, 24, 72]

    [[source]]
    name = "harbour-courier"
    homepage = "https://courier.example/"
    feeds = ["https://courier.example/feed.xml"]

`CrawlSettings` and `Source` describe each key and its values.
"""

from __future__ import annotations

import re
import warnings
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path  # noqa: TC003 - pydantic resolves it at run time
from typing import TYPE_CHECKING, Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from crawlers.discovery.parameters import MAX_NAME, parameters_of
from crawlers.discovery.urls import normalise_url
from crawlers.languages import ISO_639_1
from crawlers.limits import MAX_URL_BYTES
from crawlers.sources.toml_file import read_file, read_toml, without_collection
from crawlers.sources.validation import ProblemCollector, nearest_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OTHER_TABLES = ("schedule", "keep", "alerts", "extract")
"""Tables of the same file that do not concern the crawl; `flows.settings` validates them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTACT = re.compile(r"(?:mailto:)?[^\s()<>@:/]+@[^\s()<>@:/]+\.[^\s()<>@:/]+|https?://[^\s()<>]+")


def _mistake(found: str | None = None, allowed: str | None = None) -> PydanticCustomError:
    """A validation error; defaults to the value as `found` and the description of the field as `allowed`."""
    return PydanticCustomError("mistake", "a mistake", {"found": found, "allowed": allowed})


def _name(value: str) -> str:
    if _CONTROL.search(value) or not value.strip() or len(value) > 100:
        raise _mistake(f"{len(value)} characters" if len(value) > 100 else None)
    return value


def _contact(value: str) -> str:
    if not _CONTACT.fullmatch(value) or not value.isascii() or not value.isprintable():
        raise _mistake()
    return value


def _web_url(value: str) -> str:
    if len(value) > MAX_URL_BYTES:
        raise _mistake(f"a URL of {len(value)} characters", f"at most {MAX_URL_BYTES} characters")
    try:
        normalise_url(value)
        credentials = "@" in value and "@" in urlsplit(value).netloc
    except ValueError:
        raise _mistake(allowed=_URL) from None
    if credentials:
        raise _mistake("a user name or password in the URL", "an http:// or https:// URL without them")
    return value


def _expression(value: str) -> str:
    if len(value) > _MAX_EXPRESSION_CHARS:
        raise _mistake(f"an expression of {len(value)} characters", f"at most {_MAX_EXPRESSION_CHARS} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # an expression that only later versions of Python will read differently is valid
            re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise _mistake(f"{value[:200]!r} ({error})", "a regular expression (Python's re)") from None
    return value


def _parameter(value: str) -> str:
    if len(value) > MAX_NAME:
        raise _mistake(f"a name of {len(value)} characters", f"at most {MAX_NAME} characters")
    names = list(parameters_of(f"https://host.example/?{value}=value"))
    if not names and value:
        raise _mistake(f"{value!r}, a tracking parameter, which is part of no URL", _NAMES)
    if names != [value] or value.startswith("?") or value != value.strip() or _CONTROL.search(value):
        raise _mistake(allowed="names alone, without ?, &, = and percent-encoding")
    return value


def _language(value: str) -> str:
    if value not in ISO_639_1:
        raise _mistake(allowed=f'a two-letter ISO 639-1 code, such as "en"{nearest_language(value)}')
    return value


def _few(values: object) -> object:
    if isinstance(values, list) and len(values) > _MAX_VALUES:
        raise _mistake(f"{len(values)} values", f"at most {_MAX_VALUES}")
    return values


def _ascending(values: tuple[float, ...]) -> tuple[float, ...]:
    if values and max(values) > _LONGEST_HOURS:
        raise _mistake(allowed=f"hours, at most {_LONGEST_HOURS} (a hundred years); [] never checks an article again")
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise _mistake()
    return values


def _bounds(values: tuple[float, ...]) -> tuple[float, ...]:
    if values and max(values) > 60 * _LONGEST_HOURS:
        raise _mistake(allowed=f"two numbers of minutes, at most {60 * _LONGEST_HOURS} (a hundred years)")
    if len(values) != 2 or values[1] < values[0]:
        raise _mistake()
    return values


# Larger values are mistakes, and the calendar ends.
_LONGEST_HOURS = 876_000
_MAX_EXPRESSION_CHARS = 100_000
_MAX_VALUES = 10_000  # in a list, since each may be a mistake of which pydantic keeps a record
_Number = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
_Seconds = Annotated[float, Strict(), Field(ge=0, le=86_400, allow_inf_nan=False)]
_Few = BeforeValidator(_few)
_Hours = Annotated[tuple[_Number, ...], _Few, AfterValidator(_ascending)]
_Day = Annotated[date, Strict()]
_Poll = Annotated[tuple[_Number, ...], _Few, AfterValidator(_bounds)]
_Url = Annotated[StrictStr, AfterValidator(_web_url)]
_Urls = Annotated[tuple[_Url, ...], _Few]
_Names = Annotated[tuple[Annotated[StrictStr, Field(min_length=1), AfterValidator(_parameter)], ...], _Few]
_Expressions = Annotated[tuple[Annotated[StrictStr, AfterValidator(_expression)], ...], _Few]

# The error message shows the description of a field as what is allowed.
_DELAY = "a number of seconds, 0 to 86400 (a day)"
_BOOLEAN = "true or false"
_RECHECK = "a list of hours, 0 or more, in ascending order; [] never checks an article again"
_URL = "a URL with http:// or https:// and a host"
_URLS = "a list of URLs with http:// or https:// and a host"
_NAMES = 'a list of names of query parameters, such as ["page"]'
_EXPRESSIONS = "a list of regular expressions (Python's re)"
_DAY = "a day without quotes, such as 2026-01-31"
_POLL = "two numbers of minutes, 0 or more, in ascending order; [0, 0] requests a listing in every run"


class CrawlSettings(BaseModel):
    """`[crawl]`: the settings for all sources that do not override them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Annotated[StrictStr, AfterValidator(_contact)] | None = Field(
        default=None,
        description='an e-mail address, "mailto:…" or "https://…", in printable ASCII and without brackets',
    )
    """Contact address for publishers; sent in the User-Agent header."""
    delay: _Seconds = Field(default=1.0, description=_DELAY)
    """Seconds between two requests to a host."""
    segment_pages: StrictInt = Field(default=500, ge=1, description="a whole number, 1 or more")
    """Maximum number of pages in an archive segment."""
    recheck_hours: _Hours = Field(default=(1.0, 6.0, 24.0, 72.0), description=_RECHECK)
    """Hours after the first fetch at which an article is checked again."""
    poll_minutes: _Poll = Field(default=(0.0, 1440.0), description=_POLL)
    """Minimum and maximum of the minutes between two requests for a listing (see `warehouse/loading/feeds.sql`)."""
    respect_opt_outs: StrictBool = Field(default=False, description=_BOOLEAN)
    """Whether pages that opt out of text and data mining are left out (see `crawlers.politeness.opt_outs`)."""


class Source(BaseModel):
    """`[[source]]`: a publisher, with at least one URL in `homepage`, `feeds`, `sitemaps` and `sections`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[StrictStr, AfterValidator(_name)] = Field(
        description="a unique name with 1 to 100 characters, no control characters"
    )
    homepage: _Url | None = Field(default=None, description=_URL)
    feeds: _Urls = Field(default=(), description=_URLS)
    sitemaps: _Urls = Field(default=(), description=_URLS)
    sections: _Urls = Field(default=(), description=_URLS)
    language: Annotated[StrictStr, AfterValidator(_language)] | None = Field(
        default=None, description='a two-letter ISO 639-1 code, such as "en"'
    )
    include: _Expressions = Field(default=(), description=_EXPRESSIONS)
    """Only articles with a match in their URL are requested; if empty, all."""
    exclude: _Expressions = Field(default=(), description=_EXPRESSIONS)
    """Articles with a match in their URL are not requested."""
    since: _Day | None = Field(default=None, description=_DAY)
    """Only articles of this day or later are requested, by the time in their listing or the day in their URL."""
    until: _Day | None = Field(default=None, description=_DAY)
    """Only articles of this day or earlier, likewise."""
    max_age_days: _Number | None = Field(default=None, description="a number of days, 0 or more")
    """Only articles that are no older than this, likewise."""
    limit: StrictInt | None = Field(default=None, ge=1, description="a whole number, 1 or more")
    """Maximum number of new articles per run; None: 2,000."""
    delay: _Seconds | None = Field(default=None, description=_DELAY)
    """Overrides `[crawl]` unless None."""
    recheck_hours: _Hours | None = Field(default=None, description=_RECHECK)
    """Overrides `[crawl]` unless None."""
    poll_minutes: _Poll | None = Field(default=None, description=_POLL)
    """Overrides `[crawl]` unless None."""
    respect_opt_outs: StrictBool | None = Field(default=None, description=_BOOLEAN)
    """Overrides `[crawl]` unless None."""
    keep_parameters: _Names = Field(default=(), description=_NAMES)
    """Query parameters that are part of its URLs, whatever its pages show (see `crawlers.discovery.parameters`)."""
    allow_private_addresses: StrictBool = Field(default=False, description=_BOOLEAN)
    """Whether requests may go to IP addresses in private networks: for intranets and tests."""
    allow_invalid_certificates: StrictBool = Field(default=False, description=_BOOLEAN)
    """Whether requests may go to servers whose certificates are not valid: for those that omit a part of the chain."""

    @model_validator(mode="after")
    def _until_not_before_since(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise _mistake(f"since {self.since} until {self.until}", "until on or after since")
        return self


class Sources(BaseModel):
    """A valid `sources.toml`: at least one source, and unique names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: CrawlSettings
    sources: tuple[Source, ...]


def load_sources(path: Path) -> Sources:
    """Read and validate `sources.toml`. Raises SourcesError with all of its problems at once."""
    return parse_sources(read_file(path), path)


def parse_sources(body: bytes, file: Path) -> Sources:
    """Validate the content of `sources.toml`; `file` is only for the messages. Raises SourcesError."""
    collector = ProblemCollector(file, body.decode("utf-8-sig", "replace"))
    sources = check_sources(read_toml(body, collector), collector)
    if collector.problems or sources is None:
        raise collector.error()
    return sources


def check_sources(data: Mapping[str, object], collector: ProblemCollector) -> Sources | None:
    """The sources of a parsed file. Adds the problems in it, with any of which the result is None or incomplete."""
    of_crawl = dict.fromkeys(CrawlSettings.model_fields.keys() - Source.model_fields.keys(), "[crawl]")
    of_source = dict.fromkeys(Source.model_fields.keys() - CrawlSettings.model_fields.keys(), "[[source]]")
    collector.unknown_keys((), data, ("crawl", "source", *OTHER_TABLES), of_crawl | of_source)
    settings = _crawl_settings(data, collector)
    tables = data.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        collector.wrong_type(("source",), tables, "tables, each beginning with [[source]]")
        tables = []
    elif not tables:
        collector.add(("source",), "no source", "at least one [[source]]")
    with without_collection():
        sources = [collector.check(Source, ("source", index), table, of_crawl) for index, table in enumerate(tables)]
    _require_url(tables, collector)
    _same_names(tables, collector)
    if settings is None:
        return None
    return Sources(settings=settings, sources=tuple(source for source in sources if source is not None))


def parse_settings(body: bytes, file: Path) -> CrawlSettings:
    """Validate only the [crawl] table of a file that may have no source yet. Raises SourcesError."""
    collector = ProblemCollector(file, body.decode("utf-8-sig", "replace"))
    settings = _crawl_settings(read_toml(body, collector), collector)
    if settings is None:
        raise collector.error()
    return settings


def _crawl_settings(data: Mapping[str, object], collector: ProblemCollector) -> CrawlSettings | None:
    crawl = data.get("crawl", {})
    if isinstance(crawl, dict):
        of_source = dict.fromkeys(Source.model_fields.keys() - CrawlSettings.model_fields.keys(), "[[source]]")
        return collector.check(CrawlSettings, ("crawl",), crawl, of_source)
    collector.wrong_type(("crawl",), crawl, "a table, [crawl]")
    return None


def user_agent(settings: CrawlSettings) -> str:
    """The User-Agent header: `newsloom/VERSION (+CONTACT)`, or only `newsloom/VERSION` without a contact."""
    try:
        number = version("newsloom")
    except PackageNotFoundError:  # run from a checkout without installation
        number = "0"
    return f"newsloom/{number} (+{settings.contact})" if settings.contact else f"newsloom/{number}"


def _require_url(tables: Iterable[Mapping[str, object]], collector: ProblemCollector) -> None:
    kinds = ("homepage", "feeds", "sitemaps", "sections")
    for index, table in enumerate(tables):
        if not any(table.get(kind) for kind in kinds):
            collector.add(("source", index), "no URL", f"at least one of {', '.join(kinds)}")


def _same_names(tables: Iterable[Mapping[str, object]], collector: ProblemCollector) -> None:
    first: dict[str, int] = {}
    for index, table in enumerate(tables):
        name = table.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            line = collector.line(("source", first[name], "name"))
            where = f"source[{first[name] + 1}]" + (f", line {line}" if line else "")
            collector.add(("source", index, "name"), f'"{name}", which is also the name of {where}', "a unique name")
