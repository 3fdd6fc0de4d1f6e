"""Patterns and lists of files to import."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import fsspec
import pytest

from crawlers.errors import CrawlersError
from crawlers.importers import places
from crawlers.importers.files import find_input_file
from crawlers.importers.places import listed_files
from crawlers.politeness.lookup import private_place
from tests.file_server import file_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def given(place: str) -> list[str]:
    found = listed_files(place)
    assert found is not None
    return [file.given for file in found]


def test_one_file_is_no_list() -> None:
    for place in ("a.warc.gz", "folder", "-", "https://a.example/a.warc.gz?x=*", "s3://bucket/a.warc.gz"):
        assert listed_files(place) is None


def test_a_list_names_urls_and_paths(tmp_path: Path) -> None:
    lines = "# files\n\nhttps://a.example/1.warc.gz\ncrawl-data/CC-NEWS/2026/11/2.warc.gz\nsub/3.warc.gz\n"
    plain, packed = tmp_path / "some.paths", tmp_path / "warc.paths.gz"
    plain.write_text(lines)
    packed.write_bytes(gzip.compress(lines.encode()))
    expected = [
        "https://a.example/1.warc.gz",
        "https://data.commoncrawl.org/crawl-data/CC-NEWS/2026/11/2.warc.gz",
        str(tmp_path / "sub" / "3.warc.gz"),
    ]
    assert given(str(plain)) == given(str(packed)) == expected
    assert given(plain.as_uri())[2] == f"{tmp_path.as_uri()}/sub/3.warc.gz"


def test_a_pattern_names_the_files_that_match_in_order(tmp_path: Path) -> None:
    for name in ("b.warc.gz", "a.warc.gz", "c.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert given(f"{tmp_path.as_uri()}/*.warc.gz") == [f"{tmp_path.as_uri()}/{name}.warc.gz" for name in "ab"]
    with pytest.raises(CrawlersError, match="no file matches"):
        listed_files(f"{tmp_path.as_uri()}/*.warc")
    with pytest.raises(CrawlersError, match="cannot be a pattern"):
        listed_files("https://a.example/*.warc.gz")


def test_a_pattern_in_a_store_whose_addresses_lose_their_host_is_refused() -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/bucket/a.jsonl", b"{}")
    try:
        with pytest.raises(
            CrawlersError, match=r"memory://bucket/\*.jsonl: patterns cannot be used with this kind of store"
        ):
            listed_files("memory://bucket/*.jsonl")
    finally:
        store.rm("/bucket", recursive=True)


def test_a_list_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    empty, broken = tmp_path / "empty.paths", tmp_path / "broken.paths.gz"
    empty.write_text("# nothing\n")
    broken.write_bytes(gzip.compress(b"x" * 1000)[:20])
    for file, problem in (
        (empty, "the list is empty"),
        (broken, "cannot be unpacked"),
        (tmp_path / "no.paths", "no such"),
    ):
        with pytest.raises(CrawlersError, match=problem):
            listed_files(str(file))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_list_that_is_too_long_is_refused_and_not_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(places, "MAX_LIST_BYTES", 1 << 20)
    file = tmp_path / ("a.paths.gz" if pack is gzip.compress else "a.paths")
    line = b"a.warc.gz".ljust(1023) + b"\n"
    file.write_bytes(pack(line * 1024))
    assert len(given(str(file))) == 1024
    file.write_bytes(pack(line * 1025))
    with pytest.raises(CrawlersError, match="the list is longer than 1 MiB; split it"):
        listed_files(str(file))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("file:///etc/passwd", "an address with file"),
        ("http://127.0.0.2/a.warc.gz", "the loopback address 127.0.0.2"),
        ("memory://a", "an address with memory"),
    ],
)
def test_a_list_from_the_web_cannot_name_files_of_this_machine_or_its_network(
    monkeypatch: pytest.MonkeyPatch, entry: str, problem: str
) -> None:
    def private_but_for_the_server(host: str) -> str | None:
        return None if host == "127.0.0.1" else private_place(host)

    monkeypatch.setattr(places, "private_place", private_but_for_the_server)
    lists = {"/good.paths": b"s3://bucket/a.warc.gz\nb.warc.gz\n", "/bad.paths": b"s3://bucket/a\n" + entry.encode()}
    with file_server(lists) as (site, _):
        assert given(f"{site}/good.paths") == ["s3://bucket/a.warc.gz", f"{site}/b.warc.gz"]
        with pytest.raises(CrawlersError, match=rf"line 2: a list from the web cannot name {problem}"):
            listed_files(f"{site}/bad.paths")


def test_addresses_that_differ_only_in_their_query_are_told_apart_by_their_content() -> None:
    pages = {
        "/news?page=1": b'{"title": "One"}',
        "/news?page=2": b'{"title": "Two"}',
        "/news?page=3": b'{"title": "One"}',
    }
    with file_server(pages, validators=False) as (site, asked):
        one, two, same = (find_input_file(f"{site}{page}").fingerprint() for page in pages)
        assert one == same != two
        assert asked
    with file_server(pages) as (site, asked):
        find_input_file(f"{site}/news?page=1").fingerprint()
        assert asked == [], "a file with an ETag is not fetched twice"
