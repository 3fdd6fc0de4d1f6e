"""What is wrong with a sources file, and how it is said."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.errors import CrawlersError, Problem, SourcesError
from crawlers.limits import MAX_SOURCES_BYTES
from crawlers.sources.model import load_sources, parse_settings, parse_sources

FILE = Path("news/sources.toml")


def problems(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(SourcesError) as refusal:
        parse_sources(text.encode() if isinstance(text, str) else text, FILE)
    return refusal.value.problems


def source(lines: str) -> str:
    return f'[[source]]\nname = "courier"\nhomepage = "https://courier.example/"\n{lines}\n'.replace("\n\n", "\n")


URL = "a URL with http:// or https:// and a host"
URLS = "a list of URLs with http:// or https:// and a host"
NAME = "a unique name with 1 to 100 characters, no control characters"
HOURS = "a list of hours, 0 or more, in ascending order; [] never checks an article again"
A_CENTURY = "hours, at most 876000 (a hundred years); [] never checks an article again"
SECONDS = "a number of seconds, 0 to 86400 (a day)"
COUNT = "a whole number, 1 or more"
CONTACT = 'an e-mail address, "mailto:…" or "https://…", in printable ASCII and without brackets'
LANGUAGE = 'a two-letter ISO 639-1 code, such as "en"'
KEYS_OF_CRAWL = "one of contact, delay, segment_pages, recheck_hours, poll_minutes, respect_opt_outs"
KEYS_OF_SOURCE = (
    "one of name, homepage, feeds, sitemaps, sections, language, include, exclude, since, until, max_age_days, "
    "limit, delay, recheck_hours, poll_minutes, respect_opt_outs, keep_parameters, allow_private_addresses, "
    "allow_invalid_certificates"
)
EXPRESSIONS = "a list of regular expressions (Python's re)"
PARAMETER = "names alone, without ?, &, = and percent-encoding"
COURIER = 'source[1] "courier"'

TABLES = "one of crawl, source, schedule, keep, alerts, extract; nearest: source"
MISTAKES = [
    # text, line, key, found, allowed
    ("", None, "source", "no source", "at least one [[source]]"),
    ("source = []", 1, "source", "no source", "at least one [[source]]"),
    ("source = 3", 1, "source", "3 (a whole number)", "tables, each beginning with [[source]]"),
    ('[source]\nname = "a"', 1, "source", "{…} (a table)", "tables, each beginning with [[source]]"),
    (source("") + "[[sources]]\n", 4, "sources", "an unknown key", TABLES),
    ("crawl = true\n" + source(""), 1, "crawl", "true (a boolean)", "a table, [crawl]"),
    (
        "[crawl]\ncontakt = 1\n" + source(""),
        2,
        "crawl.contakt",
        "an unknown key",
        f"{KEYS_OF_CRAWL}; nearest: contact",
    ),
    ('[crawl]\ncontact = "our desk"\n' + source(""), 2, "crawl.contact", '"our desk"', CONTACT),
    ('[crawl]\ncontact = "a@b.example\\nX: y"\n' + source(""), 2, "crawl.contact", '"a@b.example\\nX: y"', CONTACT),
    ("[crawl]\ndelay = -1\n" + source(""), 2, "crawl.delay", "-1", SECONDS),
    ("[crawl]\ndelay = true\n" + source(""), 2, "crawl.delay", "true (a boolean)", SECONDS),
    ("[crawl]\ndelay = nan\n" + source(""), 2, "crawl.delay", "NaN", SECONDS),
    ("[crawl]\ndelay = 1e300\n" + source(""), 2, "crawl.delay", "1e+300", SECONDS),
    ("[crawl]\nsegment_pages = 0\n" + source(""), 2, "crawl.segment_pages", "0", COUNT),
    ("[crawl]\nsegment_pages = 1.5\n" + source(""), 2, "crawl.segment_pages", "1.5 (a number)", COUNT),
    ("[crawl]\nrecheck_hours = [6, 1]\n" + source(""), 2, "crawl.recheck_hours", "[6, 1]", HOURS),
    ("[crawl]\nrecheck_hours = [1, 1]\n" + source(""), 2, "crawl.recheck_hours", "[1, 1]", HOURS),
    ("[crawl]\nrecheck_hours = [-1]\n" + source(""), 2, "crawl.recheck_hours[1]", "-1", HOURS),
    ("[crawl]\nrecheck_hours = 6\n" + source(""), 2, "crawl.recheck_hours", "6 (a whole number)", HOURS),
    (
        source("since = 2026-03-02\nuntil = 2026-03-01\n"),
        1,
        COURIER,
        "since 2026-03-02 until 2026-03-01",
        "until on or after since",
    ),
    *(
        (source(f'keep_parameters = ["page", "{wrong}"]'), 4, f"{COURIER} .keep_parameters[2]", f'"{wrong}"', PARAMETER)
        for wrong in ("?page", "page=2", "a&b", " page", "tag%5B%5D")
    ),
    (
        source('keep_parameters = ["utm_source"]'),
        4,
        f"{COURIER} .keep_parameters[1]",
        "'utm_source', a tracking parameter, which is part of no URL",
        'a list of names of query parameters, such as ["page"]',
    ),
    # DuckDB's INTERVAL does not take it.
    ("[crawl]\nrecheck_hours = [1, 1e9]\n" + source(""), 2, "crawl.recheck_hours", "[1, 1000000000.0]", A_CENTURY),
    (
        "[crawl]\npoll_minutes = [0, 1e15]\n" + source(""),
        2,
        "crawl.poll_minutes",
        "[0, 1000000000000000.0]",
        "two numbers of minutes, at most 52560000 (a hundred years)",
    ),
    ('[[source]]\nhomepage = "https://a.example/"', 1, "source[1].name", "nothing", NAME),
    ('[[source]]\nname = ""\nhomepage = "https://a.example/"', 2, 'source[1] "" .name', '""', NAME),
    ("[[source]]\nname = 7\nhomepage = 'https://a.example/'", 2, "source[1].name", "7 (a whole number)", NAME),
    (
        '[[source]]\nname = "a\\u0007"\nhomepage = "https://a.example/"',
        2,
        'source[1] "a\\u0007" .name',
        '"a\\u0007"',
        NAME,
    ),
    (
        source("") + source(""),
        5,
        'source[2] "courier" .name',
        '"courier", which is also the name of source[1], line 2',
        "a unique name",
    ),
    (
        '[[source]]\nname = "courier"\nfeeds = []\n',
        1,
        COURIER,
        "no URL",
        "at least one of homepage, feeds, sitemaps, sections",
    ),
    (
        source('langauge = "en"'),
        4,
        f"{COURIER} .langauge",
        "an unknown key",
        f"{KEYS_OF_SOURCE}; nearest: language",
    ),
    (source('language = "xx"'), 4, f"{COURIER} .language", '"xx"', f'{LANGUAGE}; nearest: "xh"'),
    (source('language = "en-GB"'), 4, f"{COURIER} .language", '"en-GB"', f'{LANGUAGE}; nearest: "en"'),
    (source('language = "english"'), 4, f"{COURIER} .language", '"english"', f'{LANGUAGE}; nearest: "en"'),
    (source('language = ["en"]'), 4, f"{COURIER} .language", '["en"] (a list)', LANGUAGE),
    (source("limit = 0"), 4, f"{COURIER} .limit", "0", COUNT),
    (source('limit = "10"'), 4, f"{COURIER} .limit", '"10" (a string)', COUNT),
    (source("limit = 2024-05-14"), 4, f"{COURIER} .limit", "2024-05-14 (a date or time)", COUNT),
    (source("delay = inf"), 4, f"{COURIER} .delay", "Infinity", SECONDS),
    (source('feeds = "https://a.example/f"'), 4, f"{COURIER} .feeds", '"https://a.example/f" (a string)', URLS),
    (source("feeds = [{}]"), 4, f"{COURIER} .feeds[1]", "{…} (a table)", URLS),
    (
        source('feeds = ["https://a.example/f",\n  "file:///etc/passwd"]'),
        4,
        f"{COURIER} .feeds[2]",
        '"file:///etc/passwd"',
        URL,
    ),
    (source('sections = ["courier.example/news"]'), 4, f"{COURIER} .sections[1]", '"courier.example/news"', URL),
    (source('sitemaps = ["http://"]'), 4, f"{COURIER} .sitemaps[1]", '"http://"', URL),
    (
        source('sitemaps = ["http://me:secret@a.example/"]'),
        4,
        f"{COURIER} .sitemaps[1]",
        "a user name or password in the URL",
        "an http:// or https:// URL without them",
    ),
    (
        source('include = ["(", "ok"]'),
        4,
        f"{COURIER} .include[1]",
        "'(' (missing ), unterminated subpattern at position 0)",
        "a regular expression (Python's re)",
    ),
    (source(f"feeds = [{'1, ' * 10_001}]"), 4, f"{COURIER} .feeds", "10001 values", "at most 10000"),
    (
        source(f'feeds = ["https://a.example/{"f" * 8192}"]'),
        4,
        f"{COURIER} .feeds[1]",
        "a URL of 8210 characters",
        "at most 8192 characters",
    ),
    (source('exclude = "/video/"'), 4, f"{COURIER} .exclude", '"/video/" (a string)', EXPRESSIONS),
    (source('name = "again"'), 4, "", None, "TOML (https://toml.io)"),
    ('[[source]]\nname = "a\n', 2, "", None, "TOML (https://toml.io)"),
    ("[crawl]\ndelay = [1,", 2, "", None, "TOML (https://toml.io)"),
    ("[crawl]\ncontact = “a@b.example”\n", 2, "", "the quotation mark “", "straight ones: \" or '"),
    ('contact = "a@b.example"\n' + source(""), 1, "contact", "a key of another table", "this key under [crawl]"),
    ("[crawl]\nfeeds = []\n" + source(""), 2, "crawl.feeds", "a key of another table", "this key under [[source]]"),
    (b'[[source]]\nname = "caf\xe9"\n', 2, "", "byte 0xE9, which is not UTF-8", "UTF-8 text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "key", "found", "allowed"), MISTAKES, ids=[f"{mistake[2]}: {mistake[3]}" for mistake in MISTAKES]
)
def test_a_mistake_is_reported_with_its_place_the_value_and_what_is_allowed(
    text: str | bytes, line: int | None, key: str, found: str | None, allowed: str
) -> None:
    found_problems = [problem for problem in problems(text) if problem.key == key]
    assert len(found_problems) == 1
    assert (found_problems[0].file, found_problems[0].line, found_problems[0].allowed) == (FILE, line, allowed)
    assert found_problems[0].found == found if found else found_problems[0].found.startswith("invalid TOML: ")
    place = f"{FILE}:{line}" if line else str(FILE)
    assert (
        str(found_problems[0])
        == f"{place}: {key + ': ' if key else ''}found {found_problems[0].found}; allowed: {allowed}"
    )


def test_whether_a_source_may_be_inside_is_true_or_false_and_nothing_like_it() -> None:
    (problem,) = problems(source("allow_private_addresses = 1"))
    assert (problem.key, problem.allowed) == (f"{COURIER} .allow_private_addresses", "true or false")


def test_all_mistakes_are_reported_together_in_the_order_of_the_file() -> None:
    text = "[crawl]\ndelay = -1\n" + source('language = "xx"\nlimits = 1') + "[[source]]\n" + source("limit = 0")
    found_problems = problems(text)
    assert [(problem.line, problem.key) for problem in found_problems] == [
        (2, "crawl.delay"),
        (6, f"{COURIER} .language"),
        (7, f"{COURIER} .limits"),
        (8, "source[2].name"),
        (8, "source[2]"),
        (10, 'source[3] "courier" .name'),
        (12, 'source[3] "courier" .limit'),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a." * 50_000 + "a = 1", "more than 1000 dotted keys and tables other than [[source]]"),
        ("a = " + "[" * 100_000, "values or keys that are nested too deeply (TOML inline arrays/tables are nested"),
        ("".join(f"[a{number}]\n" for number in range(1001)), "more than 1000 dotted keys and tables other than"),
        ("".join(f"a{number}.0 = 1\n" for number in range(1001)), "more than 1000 dotted keys and tables other than"),
        ("a = [" + "{a.a=1}," * 1001 + "]", "more than 1000 dotted keys and tables other than [[source]]"),
        ("[[source]]\n" * 200_001, "200001 sources"),
        ("a=\n" * 1_000_001, "1000001 keys"),
        ("a = [" + "1," * 1_000_001, "1000001 values in lists"),
        (" " * (MAX_SOURCES_BYTES + 1), "a file of over 26 MiB"),
    ],
    ids=["dots", "brackets", "tables", "dotted keys", "braces", "sources", "keys", "values", "bytes"],
)
def test_a_file_that_would_take_minutes_or_gigabytes_to_parse_is_refused(text: str, found: str) -> None:
    (problem,) = problems(text)
    assert problem.found.startswith(found)


def test_limits_do_not_count_what_strings_and_comments_hold() -> None:
    names = "".join(f"'[a{number}]', " for number in range(1001))
    hours = ", ".join(f"{number}.50" for number in range(1001))
    text = source(
        f"exclude = [{names}]  # {'a.b ' * 1001}\ndelay = 1.5 # half\nrecheck_hours = [{hours}]\n"
        f'include = ["""\\"a.b\\n\n[a.b] = {"c.d = " * 1001}""", \'{"{" * 999}\']'
    )
    (read,) = parse_sources(text.encode(), FILE).sources
    assert len(read.exclude) == 1001


def test_validation_ends_after_a_hundred_mistakes() -> None:
    with pytest.raises(SourcesError) as refusal:
        parse_sources("".join(source(f"limit = -{number}") for number in range(2000)).encode(), FILE)
    assert [problem.line for problem in refusal.value.problems] == list(range(4, 404, 4))
    assert str(refusal.value).endswith(f"\n{FILE}: these are the first 100 mistakes; there are more")
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


def test_a_missing_file_is_reported_with_its_name(tmp_path: Path) -> None:
    for path, found in ((tmp_path / "none.toml", "no such file"), (tmp_path, "an unreadable file (")):
        with pytest.raises(SourcesError) as refusal:
            load_sources(path)
        assert refusal.value.file == path
        assert refusal.value.found.startswith(found)
        assert refusal.value.allowed.startswith("a TOML file with [[source]] tables")


def test_the_error_is_the_users_and_survives_pickling() -> None:
    with pytest.raises(SourcesError) as refusal:
        parse_sources(b"", FILE)
    error = refusal.value
    assert isinstance(error, CrawlersError)
    assert (error.file, error.key, error.found, error.allowed) == (
        FILE,
        "source",
        "no source",
        "at least one [[source]]",
    )
    copied = pickle.loads(pickle.dumps(error))
    assert str(copied) == str(error)
    assert copied.problems == error.problems


@pytest.mark.parametrize("text", ["crawl = 3", "crawl = true", "crawl = [1]", "[[crawl]]"])
def test_a_file_without_sources_whose_crawl_is_not_a_table_is_refused(text: str) -> None:
    with pytest.raises(SourcesError, match=r"crawl: found .*; allowed: a table, \[crawl\]"):
        parse_settings(text.encode(), FILE)


def test_a_secret_in_an_address_is_not_repeated() -> None:
    with pytest.raises(SourcesError) as refusal:
        parse_sources(source('feeds = ["https://me:hush@a.example/"]').encode(), FILE)
    assert "hush" not in str(refusal.value)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    for text in (body, b"[[source]]\n" + body):
        with pytest.raises(SourcesError):
            parse_sources(text, FILE)
