"""Makes HTML of a view's rows. Everything is escaped: titles, names and texts are other people's."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.dashboard.filters import MOST_ROWS, Filters
from flows.dashboard.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from flows.dashboard.published import Facts
    from flows.dashboard.views.view import Found, Queries, View

STATIC = ("dashboard.css", "dashboard.js", "icon.svg")


def page(
    view: View, filters: Filters, facts: Facts, queries: Queries, found: Found, context: Mapping[str, object]
) -> str:
    """The page of a view."""
    return render(
        f"{view.name}.html",
        {"view": view, "filters": filters, "facts": facts, "queries": queries, "found": found, **context},
    )


def message_page(heading: str, message: str, view: View | None, filters: Filters, facts: Facts | None) -> str:
    """A page that says what is wrong. With a view and facts, its form is shown to ask again."""
    return render(
        "message.html", {"view": view, "filters": filters, "facts": facts, "heading": heading, "message": message}
    )


def render(template: str, context: Mapping[str, object]) -> str:
    """A template of `templates`, with the filters below; everything in `context` is escaped."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=count,
        percent=percent,
        when=when,
        day=day,
        lag=lag,
        hours=hours,
        web_url=web_url,
        words_of=words_of,
        plural=plural,
    )
    environment.globals.update(menu=[view for view in VIEWS if not view.of_item], most_rows=MOST_ROWS)
    return environment


def count(value: float | None) -> str:
    """A number with separators between thousands, and one decimal place if it has any; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def plural(value: float, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count(value)} {one if value == 1 else many}"


def percent(value: float | None) -> str:
    """A share in per cent; a dash for none."""
    if value is None:
        return "–"
    return f"{100 * value:.1f}%" if 0 < abs(value) < 0.1 else f"{100 * value:.0f}%"


def when(moment: datetime | None, precision: str = "minute", on: date | None = None) -> str:
    """A time in UTC, as precisely as it is known (see `appearances.published_precision`); a dash for none.

    The day is left out where the page is about that day.
    """
    if moment is None:
        return "–"
    if precision == "day":
        return day(moment)
    stated = f"{moment:%H:%M}" if moment.date() == on else f"{day(moment)}, {moment:%H:%M}"
    return f"seen {stated}" if precision == "seen" else stated


def day(value: date | None) -> str:
    """A day, such as 1 Mar 2026; a dash for none."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def lag(value: timedelta | None) -> str:
    """A duration in its two largest units: 3 d 4 h, 2 h 5 min, 40 min, 12 s; a dash for none."""
    if value is None:
        return "–"
    seconds = int(value.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    for size, unit, smaller_size, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if seconds >= size:
            rest = seconds % size // smaller_size
            return f"{seconds // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds // 60} min"


def hours(value: float) -> str:
    """A number of hours as a duration."""
    return lag(timedelta(hours=value))


def web_url(value: str | None) -> str:
    """A URL that may become a link; empty for all but http and https (javascript: and data: run code)."""
    try:
        return value if value and urlsplit(value).scheme.lower() in ("http", "https") else ""
    except ValueError:
        return ""


def words_of(name: str | None) -> str:
    """A name with underscores as words: bot_challenge is "bot challenge"."""
    return (name or "").replace("_", " ")
