"""Articles from files at URLs, by the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crawlers.errors import CrawlersError
from crawlers.importers import files
from flows.demo.web import NewsWeb, ServedPage, Site
from tests.end_to_end.import_files import record, web_archive, write_lines
from tests.file_server import file_server

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_web_archive_is_read_from_an_address(newsloom: Newsloom) -> None:
    with file_server({"/crawl/a.warc.gz": web_archive(5)}) as (site, asked):
        said = newsloom("import", f"{site}/crawl/a.warc.gz").stdout
        assert "5 loaded, 5 × metadata record skipped" in said
        assert asked
        again = newsloom("import", f"{site}/crawl/a.warc.gz").stdout
    assert "5 already loaded" in again
    assert newsloom.sql("SELECT count(*) FROM articles") == [["5"]]


def test_json_lines_and_texts_are_read_from_addresses(newsloom: Newsloom) -> None:
    lines = "".join(json.dumps(record(number)) + "\n" for number in range(3)).encode()
    text = b"A title of the text\n\n" + b"The quay was closed for a day and opened again. " * 20
    with file_server({"/a.jsonl": lines, "/b.txt": text}) as (site, _):
        newsloom("import", f"{site}/a.jsonl", f"{site}/b.txt")
    assert newsloom.sql("SELECT count(*) FROM articles") == [["4"]]
    path = write_lines(newsloom.folder / "c.jsonl", record(9))
    newsloom("import", path.as_uri())
    assert newsloom.sql("SELECT count(*) FROM articles") == [["5"]]


def test_a_url_does_not_lead_into_a_private_network(newsloom: Newsloom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "private_place", lambda host: None)  # as if the user had named a public place
    with file_server({"/a.jsonl": json.dumps(record(1)).encode()}) as (site, asked):
        said = newsloom("import", f"{site}/a.jsonl", code=2).stderr
    assert "cannot be reached" in said
    assert "it redirects to the loopback address 127.0.0.1" in said
    assert asked == []


def test_urls_are_reached_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {
        "/a.jsonl": ServedPage(b"{}", "application/json"),
        "/inside.jsonl": ServedPage(b"", status=302, headers=(("Location", "http://169.254.169.254/latest"),)),
    }
    with NewsWeb([Site("town.example", pages)]) as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        with files.find_input_file("http://town.example/a.jsonl").open() as stream:
            assert stream.read() == b"{}"
        with pytest.raises(CrawlersError, match="it redirects to the link-local or cloud metadata address 169"):
            files.find_input_file("http://town.example/inside.jsonl")


def test_a_signed_link_is_stored_without_its_signature(newsloom: Newsloom) -> None:
    lines = b'{"title": "No text and no URL"}\n' + json.dumps(record(1)).encode() + b"\n"
    with file_server({"/a.jsonl?X-Amz-Signature=secret": lines}) as (site, _):
        said = newsloom("import", f"{site}/a.jsonl?X-Amz-Signature=secret").stdout
        missing = newsloom("import", f"{site}/b.jsonl?X-Amz-Signature=secret", code=2).stderr
    assert newsloom.sql("SELECT url FROM rejections") == [[f"{site}/a.jsonl#line=1"]]
    assert "secret" not in said + missing
    for file in newsloom.data.rglob("*.jsonl"):
        assert "secret" not in file.read_text()


def test_unreadable_urls_are_reported_without_their_credentials(newsloom: Newsloom) -> None:
    with file_server({}) as (site, _):
        address = site.replace("://", "://user:secret@")
        failed = newsloom("import", f"{address}/a.warc.gz", "nowhere://a.warc", "gs://bucket/a.warc.gz", code=2)
    assert f"{site}/a.warc.gz: no such file" in failed.stderr
    assert "nowhere://a.warc: cannot be reached: Protocol not known: nowhere" in failed.stderr
    assert "gs://bucket/a.warc.gz: reading gs:// requires packages that are not installed" in failed.stderr
    assert "pip install 'newsloom[remote]'" in failed.stderr
    assert "secret" not in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_lost_connection_is_reported_and_the_import_resumes(newsloom: Newsloom) -> None:
    lines = [json.dumps(record(number, notes="not kept " * 800)) for number in range(1000)]
    whole = "\n".join(lines).encode()
    assert len(whole) > 7 << 20, "several reads of 5 MiB"
    with file_server({"/a.jsonl": whole}) as (site, asked):
        asked.limit = 10 << 20  # the first 5 MiB are read twice, to see what the file contains
        failed = newsloom("import", f"{site}/a.jsonl", code=2)
        assert "reading failed at byte" in failed.stderr
        assert "Traceback" not in failed.stderr
        sealed = len(list(newsloom.data.glob("archive/*.warc.gz")))
        asked.limit = None
        newsloom("import", f"{site}/a.jsonl")
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM articles") == [["1000", "1000"]]
    assert newsloom.sql("SELECT count(*) FROM fetches") == [["1000"]]
    assert 0 < sealed < 3, "some of it was loaded before"
