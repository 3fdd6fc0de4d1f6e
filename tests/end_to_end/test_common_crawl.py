"""`newsloom import` of many web archives in a store of objects, chosen before they are extracted."""

from __future__ import annotations

import gzip
import json
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.crawlers.importers.test_web_archives import members, record
from tests.end_to_end.conftest import article

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Bucket, Newsloom

FOLDER = "crawl-data/CC-NEWS/2026/01"
pytestmark = [
    pytest.mark.xdist_group("test_common_crawl"),  # one worker starts the server of objects
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def pages(begin: int, count: int) -> list[bytes]:
    return members(*(record(number, article(number).body) for number in range(begin, begin + count)))


def test_the_files_that_match_are_read_although_one_of_them_is_broken(newsloom: Newsloom, bucket: Bucket) -> None:
    whole = pages(1, 3)
    damaged = pages(11, 3)
    bucket.put(f"{FOLDER}/a.warc.gz", b"".join(whole))
    bucket.put(f"{FOLDER}/b.warc.gz", b"no web archive at all")
    bucket.put(f"{FOLDER}/c.warc.gz", damaged[0] + damaged[1][:-40] + damaged[2])
    bucket.put(f"{FOLDER}/d.txt", b"not asked for")
    said = newsloom("import", f"{bucket.url}/{FOLDER}/*.warc.gz", code=1)
    assert "a.warc.gz: 3 loaded" in said.stdout
    assert "b.warc.gz: cannot be read as a WARC file" in said.stdout
    assert "c.warc.gz: the file is damaged at byte" in said.stdout
    assert newsloom.sql("SELECT count(*) FROM articles") == [["5"]]
    again = newsloom("import", f"{bucket.url}/{FOLDER}/*.warc.gz", code=1).stdout
    assert "a.warc.gz: 3 already loaded" in again
    assert "c.warc.gz: the file is damaged at byte" in again, "also when it is not read again"
    assert newsloom.sql("SELECT count(*) FROM fetches") == [["5"]]
    everything = said.stdout + said.stderr + again
    everything += "".join(file.read_text("latin-1") for file in newsloom.data.rglob("*") if file.is_file())
    assert newsloom.environment["AWS_SECRET_ACCESS_KEY"] not in everything


def test_a_list_is_imported_and_only_the_pages_that_are_asked_for(newsloom: Newsloom, bucket: Bucket) -> None:
    german = "<p>Die Fähre hatte Verspätung, weil der Hafen den ganzen Vormittag über gesperrt war.</p>".encode() * 4
    other = record(7, article(7).body).replace(b"https://town.example/7", b"https://city.example/7")
    bucket.put(f"{FOLDER}/a.warc.gz", b"".join([*pages(1, 2), *members(record(3, german), other)]))
    bucket.put(f"{FOLDER}/b.warc.gz", b"".join(members(record(9, article(9).body, date="2026-01-05T00:00:00Z"))))
    lists = f"{FOLDER}/a.warc.gz\n{FOLDER}/b.warc.gz\n{FOLDER}/missing.warc.gz\n"
    listed = bucket.put(f"{FOLDER}/warc.paths.gz", gzip.compress(lists.encode()))
    said = newsloom(
        "import", listed, "--host", "town.example", "--language", "en", "--until", "2026-01-04", code=1
    ).stdout
    assert "a.warc.gz: 2 loaded, 1 × page in another language skipped, 1 × page of another host skipped" in said
    assert "b.warc.gz: 1 × page fetched at another time skipped" in said
    assert f"{bucket.url}/{FOLDER}/missing.warc.gz: no such file." in said
    assert newsloom.sql("SELECT url FROM articles ORDER BY 1") == [[f"https://town.example/{n}"] for n in (1, 2)]


def test_a_killed_import_resumes_at_the_segment_that_was_begun(newsloom: Newsloom, bucket: Bucket) -> None:
    short = b"<html><body><p>No article.</p></body></html>"
    answers = (record(n, short if n % 10 else article(n).body) for n in range(600))
    file = bucket.put(f"{FOLDER}/a.warc.gz", b"".join(members(*answers)))
    run = newsloom.start("import", file)
    while run.poll() is None and not list(newsloom.data.glob("archive/*.warc.gz")):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    newsloom("import", file)
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM fetches") == [["600", "600"]]
    (progress,) = newsloom.data.glob("private/imports/*.jsonl")
    marks = [json.loads(line) for line in progress.read_text().split("\n") if line]
    assert marks[0]["position"] == 0
    assert all(mark["offset"] > 0 for mark in marks[1:-1])
    assert marks[-1]["done"] == 600
