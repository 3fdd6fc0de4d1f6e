"""Which pages of a web archive are imported, and that choosing them takes no time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawlers.errors import CrawlersError
from crawlers.importers.files import find_input_file
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from crawlers.importers.selection import Selection, page_language, read_selection
from tests.crawlers.importers.test_web_archives import AT, members, record

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = b"<p>%s</p>" % (b"The ferry was late because the harbour had been closed for the whole of the morning. " * 3)
GERMAN = (
    "<p>Die F\u00e4hre hatte Versp\u00e4tung, weil der Hafen den ganzen Vormittag \u00fcber gesperrt war und niemand "
    "etwas davon wusste.</p>"
).encode() * 3
MENU = b"<nav><p>%s</p></nav>" % (b"This menu is in English and much longer than the article below it. " * 9)


def test_a_host_selects_its_subdomains_and_no_others() -> None:
    selection = read_selection(["Town.example", "news.other.example"], [], None, None)
    urls = ["https://town.example/1", "https://www.town.example/", "https://a.news.other.example:8443/x"]
    assert all(map(selection.has_host, urls))
    assert not any(map(selection.has_host, ["https://mytown.example/1", "https://other.example/", "https://example/"]))


def test_a_host_is_the_same_in_letters_and_as_urls_have_it() -> None:
    urls = ["https://xn--mnchen-3ya.example/1", "https://www.m\u00fcnchen.example/1", "https://M\u00dcNCHEN.example/1"]
    for host in ("m\u00fcnchen.example", "M\u00dcNCHEN.example.", "xn--mnchen-3ya.example"):
        selection = read_selection([host], [], None, None)
        assert all(map(selection.has_host, urls))
        assert not selection.has_host("https://munchen.example/1")


@pytest.mark.parametrize(
    ("page", "declared", "language"),
    [
        (ENGLISH, None, "en"),
        (b'<html lang="en-US">' + GERMAN, None, "de"),
        (MENU + GERMAN, None, "de"),
        (b"<script>" + ENGLISH + b"</script><!-- " + ENGLISH + b" -->" + GERMAN, None, "de"),
        (b"<html lang=fr><p>Court.</p>", None, "fr"),
        (b"<p>Short.</p>", "it, en", None),
        (b"<p>Short.</p>", "it", "it"),
        (b"<p>Short.</p>", None, None),
    ],
)
def test_the_language_is_that_of_the_paragraphs(page: bytes, declared: str | None, language: str | None) -> None:
    assert page_language(page, declared) == language


@pytest.mark.parametrize("piece", [b"<p ", b"<script>", b"<!--", b"<p><div", b"<a<a", b"&amp;", b"<p>x</p>"])
def test_a_hostile_page_takes_no_longer_than_another(piece: bytes) -> None:
    begun = time.process_time()
    page_language(piece * ((1 << 20) // len(piece)))
    assert time.process_time() - begun < 5


def test_only_selected_pages_are_read_and_the_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    head = b"Content-Type: text/html\r\n"
    other = record(4, ENGLISH).replace(b"https://town.example/4", b"https://city.example/4")
    file.write_bytes(
        b"".join(
            members(
                record(1, ENGLISH),
                record(2, GERMAN),
                record(3, ENGLISH, date="2026-02-01T00:00:00Z"),
                other,
                record(5, b"<p>Too short to tell.</p>"),
                record(6, ENGLISH, head + b"Content-Length: 99999\r\n"),
            )
        )
    )
    selection = read_selection(["town.example"], ["en"], datetime(2026, 1, 1), datetime(2026, 2, 1))  # noqa: DTZ001
    report = FileReport()
    items = read_items(find_input_file(str(file)), report, AT, ImportOptions(selection=selection))
    assert [(fetch.url.rpartition("/")[2], fetch.reason) for fetch, _ in items] == [
        ("1", None),
        ("5", None),
        ("6", "incomplete"),
    ]
    assert report.left_out == {
        "page in another language": 1,
        "page fetched at another time": 1,
        "page of another host": 1,
    }


def test_a_selection_is_part_of_what_distinguishes_an_import() -> None:
    assert str(ImportOptions()) == ""
    one, other = (read_selection([], [language], datetime(2026, 1, 1, tzinfo=UTC), None) for language in ("de", "en"))
    assert str(ImportOptions(selection=one)) == "language de since 2026-01-01T00:00:00+00:00"
    assert str(ImportOptions(selection=one)) != str(ImportOptions(selection=other))


def test_mistakes_in_a_selection_are_named(tmp_path: Path) -> None:
    with pytest.raises(CrawlersError, match=r'found the host "https://a.example"; expected a name'):
        read_selection(["https://a.example"], [], None, None)
    with pytest.raises(CrawlersError, match="the range from 2026-02-01 00:00 to 2026-01-01 00:00 UTC is empty"):
        read_selection([], [], datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"title": "x"}\n')
    selection = Selection(hosts=frozenset({"a.example"}))
    with pytest.raises(CrawlersError, match="select pages of web archives"):
        list(read_items(find_input_file(str(file)), FileReport(), AT, ImportOptions(selection=selection)))
