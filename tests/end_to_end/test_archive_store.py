"""An archive whose sealed segments are in a store: an S3 server, and a folder by its URL."""

from __future__ import annotations

import gzip
import shutil
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import fsspec
import pytest

from crawlers.archive import sealed_segments
from crawlers.archive.store import Store
from flows.data_directory import DataDirectory
from flows.demo.web import NewsWeb
from flows.maintenance.pack import pack_loaded
from flows.maintenance.retention import apply_retention
from flows.reports.stored_page import find_page
from flows.settings import Keep
from tests.end_to_end.conftest import article, town_site, town_sources
from tests.end_to_end.segments import address, crawl, newsloom, private, stored_bytes
from warehouse import open_writer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Bucket, Newsloom

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
NEEDLE = b"report-number-2-from"


def use_store(data: Path, url: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "archive.toml").write_text(f'store = "{url}"\n')


def files_in(url: str) -> dict[str, bytes]:
    """The files of a store by name, unpacked."""
    system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    found = {path.removeprefix(f"{root}/"): system.cat_file(path) for path in sorted(system.find(root))}
    return {name: gzip.decompress(body) if name.endswith(".gz") else body for name, body in found.items()}


def on_disk(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "archive").rglob("*") if path.suffix in (".gz", ".jsonl"))


def let_in(environment: dict[str, str], requests: str) -> None:
    """Let moto answer so many requests before it checks who asks."""
    request = urllib.request.Request(f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset-auth", requests.encode())
    request.add_header("Content-Type", "text/plain")
    with urllib.request.urlopen(request) as response:
        assert response.status == 200


def filled(data: Path) -> str:
    """Load two crawled segments and an imported one."""
    crawl(data, range(1, 4), "00000")
    crawl(data, range(4, 7), "00001")
    text = data.parent / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    return newsloom("import", str(text), data=data)


def test_pages_are_loaded_read_packed_rebuilt_and_forgotten_in_a_store(bucket: Bucket, tmp_path: Path) -> None:
    data, second, url = tmp_path / "data", tmp_path / "second", f"{bucket.url}/news"
    use_store(data, url)
    filled(data)
    assert on_disk(data) == []
    names = [segment.name for segment in sealed_segments(data / "archive")]
    assert sorted(files_in(url)) == sorted(
        ["newsloom-store", *(f"archive/{name}{end}" for name in names for end in (".jsonl", ".warc.gz"))]
    )
    assert find_page(data, address(4)).read().body == article(4).body
    with open_writer(data, "test") as writer:
        done = pack_loaded(writer, DataDirectory(data), NOW)
    assert (done.segments, done.packs, done.problems) == (2, 1, ())
    pack = "archive/packs/202603/20260301-1"
    assert [name for name in files_in(url) if "20260301" in name] == [
        f"{pack}.index.json",
        f"{pack}.jsonl",
        f"{pack}.warc.gz",
    ]
    assert find_page(data, address(4)).read().body == article(4).body
    assert "Report number 5 from the town" in newsloom("explain", address(5), data=data)

    assert "removed 1 article and 2 stored responses" in newsloom("forget", address(2), "--yes", data=data)
    assert [name for name, body in files_in(url).items() if NEEDLE in body or b"of report 2 says" in body] == []
    pack = f"{pack[:-1]}2"
    assert [name for name in files_in(url) if "20260301" in name][1:] == [f"{pack}.jsonl", f"{pack}.warc.gz"]
    assert stored_bytes(data, NEEDLE) == []
    assert find_page(data, address(4)).read().body == article(4).body
    assert newsloom("doctor", "--deep", data=data).startswith("no problems found")

    use_store(second, url)
    assert "3 segments loaded" in newsloom("rebuild", data=second)
    assert private(second, "SELECT url, text FROM articles ORDER BY url") == private(
        data, "SELECT url, text FROM articles ORDER BY url"
    )
    assert on_disk(data) == on_disk(second) == []
    with open_writer(data, "test") as writer:
        later = datetime.now(UTC) + timedelta(days=2)
        assert apply_retention(writer, DataDirectory(data), Keep(archive_days=1), later).segments == 3
    assert [*files_in(url)] == ["newsloom-store"]


def test_an_archive_that_was_on_the_disk_moves_to_its_store_and_a_copy_of_the_store_is_an_archive(
    tmp_path: Path,
) -> None:
    data, url = tmp_path / "data", (tmp_path / "store").as_uri()
    filled(data)
    with open_writer(data, "test") as writer:
        assert pack_loaded(writer, DataDirectory(data), NOW).packs == 1
    shutil.copytree(data / "archive", tmp_path / "before")
    use_store(data, url)
    more = tmp_path / "more.txt"
    more.write_text("Another headline\n" + "Other words that make up a text of a file, enough of them. " * 8)
    newsloom("import", str(more), data=data)
    assert on_disk(data) == []
    assert newsloom("doctor", "--deep", data=data).startswith("no problems found")
    for file in (tmp_path / "before").rglob("*.*"):
        there = tmp_path / "store" / "archive" / file.relative_to(tmp_path / "before")
        assert file.name == "crawler.lock" or there.read_bytes() == file.read_bytes()

    (data / "archive.toml").unlink()
    shutil.copytree(tmp_path / "store" / "archive", data / "archive", dirs_exist_ok=True)
    assert newsloom("doctor", "--deep", data=data).startswith("no problems found")
    assert find_page(data, address(4)).read().body == article(4).body


def test_a_run_puts_what_it_crawls_into_the_store(newsloom: Newsloom, tmp_path: Path) -> None:
    url = (tmp_path / "store").as_uri()
    use_store(newsloom.data, url)
    newsloom.sources(town_sources("one.example", segment_pages=4))
    with NewsWeb([town_site("one.example", 6)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom("run")
    assert newsloom.sql("SELECT count(*) FROM articles") == [["6"]]
    assert on_disk(newsloom.data) == []
    assert len([name for name in files_in(url) if name.endswith(".gz")]) > 1
    (page,) = newsloom.sql("SELECT url FROM articles ORDER BY url LIMIT 1")[0]
    assert "<h1>Report number 1 from one.example</h1>" in newsloom("page", page).stdout
    assert newsloom("doctor").stdout.startswith("no problems found")


def test_an_upload_that_breaks_off_shows_nothing_and_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, url = tmp_path / "data", (tmp_path / "store").as_uri()
    use_store(data, url)
    crawl(data, range(1, 4), "00000")
    sealed = on_disk(data)
    put = Store.put

    def killed(store: Store, file: Path, name: str) -> None:
        if name.endswith(".warc.gz"):
            raise KeyboardInterrupt
        put(store, file, name)

    text = tmp_path / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", killed)
        newsloom("import", str(text), data=data, code=130)
    assert on_disk(data) == sealed
    assert [name for name in files_in(url) if name.endswith(".gz")] == []
    (data / "archive").rename(data / "aside")
    assert sealed_segments(data / "archive") == []
    (data / "aside").rename(data / "archive")
    newsloom("import", str(text), data=data)
    assert on_disk(data) == []
    assert private(data, "SELECT count(*) FROM articles") == [(4,)]
    assert newsloom("doctor", "--deep", data=data).startswith("no problems found")


def test_a_store_that_fails_is_named_and_nothing_is_lost(
    bucket: Bucket, tmp_path: Path, s3_environment: dict[str, str]
) -> None:
    data = tmp_path / "data"
    crawl(data, range(1, 4), "00000")
    sealed = on_disk(data)
    text = tmp_path / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    use_store(data, "s3://absent/news")
    said = newsloom("import", str(text), data=data, code=2)
    assert "newsloom: s3://absent/news: cannot be written: The specified bucket does not exist" in said
    use_store(data, "s3://newsloom:of-the-test@absent/news")
    said = newsloom("import", str(text), data=data, code=2)
    assert "archive.toml: s3://absent/news: the URL of a store has no credentials" in said
    assert "of-the-test" not in said
    use_store(data, bucket.url)
    let_in(s3_environment, "0")  # requests without rights
    try:
        said = newsloom("import", str(text), data=data, code=2)
    finally:
        let_in(s3_environment, "inf")
    assert f"newsloom: {bucket.url}: cannot be read: " in said
    assert "of-the-test" not in said
    assert on_disk(data) == sealed
    newsloom("import", str(text), data=data)
    assert on_disk(data) == []
    assert private(data, "SELECT count(*) FROM articles") == [(4,)]
