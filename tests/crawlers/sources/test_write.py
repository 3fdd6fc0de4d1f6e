import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.languages import ISO_639_1
from crawlers.sources.model import parse_settings, parse_sources
from crawlers.sources.write import entry, free_name, with_contact, with_entries

FILE = Path("sources.toml")
CONTACT = "mailto:desk@example.org"
LINE = f'contact = "{CONTACT}"\n'
SOURCE = '[[source]]\nname = "paper"\nfeeds = [\n    "https://paper.example/feed",  # [the main one]\n]\n'
_URLS = st.lists(st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9?=%-]{0,80}", fullmatch=True), max_size=4)


@given(
    name=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=100).filter(
        str.strip
    ),
    feeds=_URLS.filter(bool),
    sitemaps=_URLS,
    language=st.sampled_from([None, *sorted(ISO_639_1)]),
)
def test_an_entry_reads_as_it_was_written(
    name: str, feeds: list[str], sitemaps: list[str], language: str | None
) -> None:
    text = entry(name, feeds=feeds, sitemaps=sitemaps, language=language)
    (source,) = parse_sources(text.encode(), FILE).sources
    assert (source.name, source.feeds, source.sitemaps, source.language) == (
        name,
        tuple(feeds),
        tuple(sitemaps),
        language,
    )


def test_an_entry_has_its_keys_in_a_fixed_order_and_a_long_list_in_several_lines() -> None:
    long = [f"https://paper.example/politics/feed-{number}.xml" for number in range(3)]
    assert entry("paper", homepage="https://paper.example/", feeds=["https://paper.example/f"], sections=long) == (
        '[[source]]\nname = "paper"\nhomepage = "https://paper.example/"\nfeeds = ["https://paper.example/f"]\n'
        f'sections = [\n    "{long[0]}",\n    "{long[1]}",\n    "{long[2]}",\n]\n'
    )


def test_names_are_made_plain_and_numbered() -> None:
    assert free_name("The Süd Post!", set()) == "the-süd-post"
    assert free_name("Post", {"post", "post-2"}) == "post-3"
    assert free_name("…", set()) == "source"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", f"[crawl]\n{LINE}", id="empty file"),
        pytest.param(f"# mine\n{SOURCE}", f"[crawl]\n{LINE}\n# mine\n{SOURCE}", id="no table"),
        pytest.param("[crawl]", f"[crawl]\n{LINE}", id="no line break at the end"),
        pytest.param(
            f"[crawl] # polite\n  delay = 2.0  # slow\n\n# The paper\n{SOURCE}",
            f"[crawl] # polite\n{LINE}  delay = 2.0  # slow\n\n# The paper\n{SOURCE}",
            id="comments",
        ),
        pytest.param(
            f"{SOURCE}\n[crawl]\ndelay = 2.0\n", f"{SOURCE}\n[crawl]\n{LINE}delay = 2.0\n", id="after the sources"
        ),
        pytest.param(
            f"{SOURCE}\n[crawl]\ndelay = 2.0\n\n[keep]\nraw_days = 9\n\n{SOURCE}",
            f"{SOURCE}\n[crawl]\n{LINE}delay = 2.0\n\n[keep]\nraw_days = 9\n\n{SOURCE}",
            id="between the sources",
        ),
        pytest.param(
            f"[crawl]\ndelay = 2.0\ncontact = 'me@old.example'  # the desk\n\n{SOURCE}",
            f"[crawl]\ndelay = 2.0\n{LINE[:-1]}  # the desk\n\n{SOURCE}",
            id="another contact",
        ),
        pytest.param(
            f'[crawl]\n# contact = "mailto:…"   # yours\ndelay = 2.0\n\n{SOURCE}',
            f"[crawl]\n{LINE}delay = 2.0\n\n{SOURCE}",
            id="placeholder",
        ),
        pytest.param(
            f"{SOURCE}# contact = see their imprint\n\n[crawl]\ndelay = 2.0\n",
            f"{SOURCE}# contact = see their imprint\n\n[crawl]\n{LINE}delay = 2.0\n",
            id="a comment of another table",
        ),
        pytest.param(
            f"crawl = {{ delay = 2.0 }} # short\n\n{SOURCE}",
            f"crawl = {{ delay = 2.0, {LINE[:-1]}}} # short\n\n{SOURCE}",
            id="inline table",
        ),
        pytest.param(
            f"crawl.delay = 2.0\n{SOURCE}\n[keep]\nraw_days = 9\n\n{SOURCE}",
            f"crawl.delay = 2.0\ncrawl.{LINE}{SOURCE}\n[keep]\nraw_days = 9\n\n{SOURCE}",
            id="dotted key",
        ),
        pytest.param(
            'source = [\n{ name = "paper", feeds = ["https://paper.example/feed"] },\n]\n',
            f'source = [\n{{ name = "paper", feeds = ["https://paper.example/feed"] }},\n]\n\n[crawl]\n{LINE}\n',
            id="sources as a list",
        ),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_contact_goes_into_the_crawl_table_and_all_else_stays(before: str, after: str, line_break: str) -> None:
    before, after = before.replace("\n", line_break), after.replace("\n", line_break)
    if line_break not in before:
        after = after.replace(line_break, "\n")  # nothing says which line breaks the file has
    written = with_contact(before, CONTACT)
    assert written == after
    assert parse_settings(written.encode(), FILE).contact == CONTACT
    others, now = tomllib.loads(before), tomllib.loads(written)
    assert now["crawl"] == {**others.pop("crawl", {}), "contact": CONTACT}
    assert {key: value for key, value in now.items() if key != "crawl"} == others
    assert with_contact(written, CONTACT) == written


def test_a_contact_of_a_source_is_not_taken_for_that_of_the_crawl() -> None:
    before = '[[source]]\nname = "a"\ncontact = "x"\n'
    assert with_contact(before, CONTACT) == f"[crawl]\n{LINE}\n{before}"


def test_a_header_within_a_string_is_no_header() -> None:
    before = 'note = """\n[crawl]\n"""\n\n[crawl]\ndelay = 2.0\n'
    assert with_contact(before, CONTACT) == f'note = """\n[crawl]\n"""\n\n[crawl]\n{LINE}delay = 2.0\n'


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_entries_are_added_at_the_end_with_the_line_breaks_of_the_file(end: str, line_break: str) -> None:
    before = f"# mine\n{SOURCE.rstrip()}{end}".replace("\n", line_break)
    added = [entry("one", homepage="https://one.example/"), entry("two", homepage="https://two.example/")]
    written = with_entries(before, added)
    assert written == "\n".join([f"# mine\n{SOURCE}", *added]).replace("\n", line_break)
    assert [source.name for source in parse_sources(written.encode(), FILE).sources] == ["paper", "one", "two"]
