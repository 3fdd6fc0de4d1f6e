"""Reads a day without a clock time."""

from __future__ import annotations

import re
from datetime import date, timedelta

from crawlers.dates.calendars import BUDDHIST_YEARS, ERAS, PERSIAN_YEARS, from_buddhist, from_persian
from crawlers.dates.words import WORD, Word, names

_TOKEN = re.compile(rf"(\d+)|({WORD})")
_NUMBERS = re.compile(r"(\d{1,4})(\s?[-/.]\s?|\s)(\d{1,3})\2(\d{1,4})\.?")
_EAST_ASIAN = re.compile(
    rf"({'|'.join(ERAS)})?(\d{{1,4}}|元)\s?[年년]\s?(\d{{1,2}})\s?[月월]\s?(\d{{1,2}})\s?[日號号일]?"
)
_VIETNAMESE = re.compile(r"\b(\d{1,2})\s?(?:thang|thg)\s?(\d{1,2})\s?(?:,|nam|-)?\s?(\d{4})\b")
_NUMBERED_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s?[月월]")
_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"
_SIX_DIGITS = re.compile(r"(\d\d)(\d\d)(\d\d)")
_YEAR_AND_DAY = re.compile(r"(\d\d)([1-3]\d\d)")
"""ISO 8601:1988's year and day of the year. Days below 100 are not read: they may be a misspelt year (22013)."""
_MAX_TOKENS = 16
_SHORT_YEARS = range(1970, 2030)
"""The years that two digits can mean in a date of numbers alone, where most orders are excluded by this."""
_SHORT_CENTURY = 50
"""From which number on two digits are a year of the last century, as in RFC 5322."""
_MONTH_FIRST = frozenset({"en", ""})
"""Languages whose writers put day or month first; without a language it is not known."""
_YEAR_FIRST = frozenset({"hu", "ja", "ko", "zh"})
"""Languages whose writers put the year first."""


def read_day(text: str, language: str) -> date | None:
    """Read a folded text that holds a day and nothing else; None if any part of it is not understood."""
    for pattern in (_EAST_ASIAN, _VIETNAMESE):
        if found := pattern.search(text):
            rest = text[: found.start()] + " " + text[found.end() :]
            return _of_groups(found) if _means_nothing(rest) else None
    text = _NUMBERED_MONTH.sub(lambda month: f" {_ENGLISH.split()[int(month[1]) - 1]} ", text)
    tokens = _TOKEN.findall(text)
    if len(tokens) > _MAX_TOKENS:
        return None
    numbers = [number for number, _ in tokens if number]
    known = [names().words.get(word) for _, word in tokens if word]
    if any(word is None for word in known):
        return None
    words = [word for word in known if word is not None]
    named = [word for word in words if word.is_month]
    if len(named) > 1:  # "mar" is a day, too
        named = [word for word in named if not word.days] or named
    named = [word for word in named if not word.is_filler] or named
    if len(numbers) == 3:
        named = [word for word in named if not (word.days or word.is_filler)]
        return None if named else _of_numbers(text, language)
    if len(numbers) == 1 and not named:
        return _of_digits(numbers[0])
    if len(numbers) != 2 or not named:
        return None
    days = [word for word in words if word.days and word not in named]
    return _of_names(numbers, named, days, language)


def _means_nothing(text: str) -> bool:
    """True if a text is only days of the week and fillers."""
    words = [names().words.get(word) for number, word in _TOKEN.findall(text)] if not re.search(r"\d", text) else [None]
    return all(word is not None and (word.days or word.is_filler) for word in words)


def _of_groups(found: re.Match[str]) -> date | None:
    if found.re is _VIETNAMESE:
        return date(int(found[3]), int(found[2]), int(found[1]))
    year = 1 if found[2] == "元" else int(found[2])
    if found[1]:
        year += ERAS[found[1]]
    return date(_century(year) if year < 100 else year, int(found[3]), int(found[4]))


def _of_digits(digits: str) -> date | None:
    if len(digits) == 8:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if found := _SIX_DIGITS.fullmatch(digits):
        return _short(*map(int, found.groups()))
    if (found := _YEAR_AND_DAY.fullmatch(digits)) and _century(int(found[1])) in _SHORT_YEARS:
        first = date(_century(int(found[1])), 1, 1)
        day = first + timedelta(days=int(found[2]) - 1)
        return day if day.year == first.year else None
    return None


def _of_numbers(text: str, language: str) -> date | None:
    """Read year, month and day as numbers; None if their order is not certain."""
    found = _NUMBERS.search(text)
    if found is None:
        return None
    separator = found[2].strip()
    if len(found[3]) == 3 and not found[3].startswith("0"):
        return None
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return _of_year(first, second, third, language)
    if len(found[4]) == 4 and len(found[1]) <= 2 and separator:
        if separator == "." or language not in _MONTH_FIRST:
            orders = [(second, first)] if second <= 12 else [(first, second)]
        else:
            orders = [(month, day) for month, day in {(second, first), (first, second)} if month <= 12]
        return _of_year(third, *orders[0], language) if len(orders) == 1 else None
    lengths = len(found[1]), len(found[3]), len(found[4])
    if not separator or max(lengths) > 2:
        return None
    if language in _YEAR_FIRST:
        return _valid(first, second, third) if lengths[0] == 2 else None
    if language not in _MONTH_FIRST:
        return _valid(third, second, first) if lengths[2] == 2 else None
    return _short(first, second, third) if lengths == (2, 2, 2) else None


def _of_year(year: int, month: int, day: int, language: str) -> date | None:
    if language == "fa" and year in PERSIAN_YEARS:
        return from_persian(year, month, day)
    if language == "th" and year in BUDDHIST_YEARS:
        year = from_buddhist(year)
    return date(year, month, day)


def _short(first: int, second: int, third: int) -> date | None:
    """The day of three numbers of two digits, if only one order of them gives a day of these years."""
    orders = ((first, second, third), (third, second, first), (third, first, second))
    days = {day for order in orders if (day := _valid(*order))}
    return days.pop() if len(days) == 1 else None


def _valid(year: int, month: int, day: int) -> date | None:
    if _century(year) not in _SHORT_YEARS:
        return None
    try:
        return date(_century(year), month, day)
    except ValueError:
        return None


def _century(year: int) -> int:
    return year + (1900 if year >= _SHORT_CENTURY else 2000)


def _of_names(numbers: list[str], named: list[Word], days: list[Word], language: str) -> date | None:
    """Read a day with the name of its month."""
    day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    if persian := {word.persian_month for word in named if word.persian_month}:
        if int(year) in PERSIAN_YEARS and len(persian) == 1:
            return from_persian(int(year), persian.pop(), int(day))
        named = [word for word in named if word.all_months()]
    months = _months(named, days, language) if named else set()
    is_thai = any("th" in languages for word in named for languages in word.months.values())
    if is_thai and len(year) == 2 and int(year) + 2500 in BUDDHIST_YEARS:
        years = from_buddhist(int(year) + 2500)
    elif is_thai and int(year) in BUDDHIST_YEARS:
        years = from_buddhist(int(year))
    else:
        years = _century(int(year)) if len(year) == 2 else int(year)
    found = [date(years, month, int(day)) for month in months]
    if len(found) > 1:
        found = [one for one in found if any(one.weekday() in word.days for word in days)]
    return found[0] if len(found) == 1 else None


def _months(named: list[Word], days: list[Word], language: str) -> set[int]:
    """The months that the words can mean, in the language of the day of the week, else of the text, else in any."""
    spoken = [{tongue for tongues in word.days.values() for tongue in tongues} for word in days]
    for languages in (*spoken, {language}):
        chosen = set.intersection(*(word.months_in(languages) for word in named))
        if len(chosen) == 1:
            return chosen
    return set.intersection(*(word.all_months() for word in named))
