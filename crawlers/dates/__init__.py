"""Reads dates: one strict parser for feeds, sitemaps, the markup and the visible text of pages.

A text is read only if every part of it is understood; nothing is guessed, and no precision is added. Pure functions.
`parser` reads one date: `zones` the zone after its clock time, `days` the rest, with the names of `names.toml`
(`words`) and other `calendars`. `text` finds dates within a line, `urls` reads the day in a URL.
"""

from crawlers.dates.model import LATEST_DATE, ParsedDate, Precision, from_datetime, plausible_date
from crawlers.dates.parser import parse_date, parse_time
from crawlers.dates.text import FoundDate, find_dates
from crawlers.dates.urls import day_in_url, days_in_url

__all__ = [
    "LATEST_DATE",
    "FoundDate",
    "ParsedDate",
    "Precision",
    "day_in_url",
    "days_in_url",
    "find_dates",
    "from_datetime",
    "parse_date",
    "parse_time",
    "plausible_date",
]
