"""Converts years and days of other calendars to the Gregorian one."""

from __future__ import annotations

from datetime import date, timedelta

BUDDHIST_YEARS = range(2444, 2643)
"""1901 to 2099 in the Thai calendar."""
PERSIAN_YEARS = range(1280, 1479)
"""1901 to 2099 in the Persian calendar."""
_BUDDHIST_OFFSET = 543
_PERSIAN_EPOCH = date(622, 3, 21)
_LONG_MONTHS = 6
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911, "民國": 1911}
"""The year before the first of an era."""


def from_buddhist(year: int) -> int:
    """The Gregorian year of a year of the Thai calendar, whose months are the Gregorian ones."""
    return year - _BUDDHIST_OFFSET


def from_persian(year: int, month: int, day: int) -> date:
    """The Gregorian day of a day of the Persian (Solar Hijri) calendar; ValueError if there is none.

    Leap years follow the cycle of 33 years, which agrees with the observed calendar from 1178 to 1633.
    """
    last = 31 if month <= _LONG_MONTHS else 30 if month < 12 or _is_leap(year) else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError(f"no day {year}-{month}-{day} in the Persian calendar")
    leap_days = (8 * (year - 1) + 29) // 33
    before = 31 * (month - 1) if month <= _LONG_MONTHS + 1 else 31 * _LONG_MONTHS + 30 * (month - 1 - _LONG_MONTHS)
    return _PERSIAN_EPOCH + timedelta(days=365 * (year - 1) + leap_days + before + day - 1)


def _is_leap(year: int) -> bool:
    return (8 * year + 29) // 33 - (8 * (year - 1) + 29) // 33 == 1
