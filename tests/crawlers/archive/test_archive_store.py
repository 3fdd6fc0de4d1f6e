"""Segments and packs in a store, here a folder by its URL: what is read, and what interruptions leave."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Exchange, Fetch, Kind, Outcome, Segment, SegmentWriter, packing, sealed_segments
from crawlers.archive.archive_store import ArchiveStore, store_of
from crawlers.archive.changes import erase_from_segment, move_packs_to_store, move_to_store, pack_segments
from crawlers.archive.copies import FOLDER, LocalCopy, copies_folder
from crawlers.archive.store import Store
from crawlers.archive.store_leftovers import remove_leftovers, warc_files_without_seal
from crawlers.errors import ArchiveError, StoreError
from tests.crawlers.archive.days import LATER, content, day, files, ledger

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An empty archive with a store, the folder `store` beside it."""
    (tmp_path / "archive.toml").write_text(f'store = "{(tmp_path / "store").as_uri()}"')
    return tmp_path / "archive"


def moved(archive: Path, segments: int) -> list[Segment]:
    """So many segments of a day, in the store."""
    some = day(archive, segments)
    move_to_store(archive, [segment.name for segment in some])
    return some


def in_store(archive: Path) -> list[str]:
    return [name.removeprefix("archive/") for name in files(archive.parent / "store")]


def store(archive: Path) -> ArchiveStore:
    found = store_of(archive)
    assert found is not None
    return found


def without_first_page(fetch: Fetch) -> Fetch | None:
    return replace(fetch, url="gone:", offset=None) if fetch.url.endswith("/0") else None


def test_one_page_is_read_without_the_rest_of_its_pack(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number in range(2):
        with SegmentWriter(archive, "run", name=f"2026030112{number:02d}00-run-00000") as writer:
            for page in range(8):
                url, body = f"https://example.org/{number}/{page}", chance.randbytes(200_000)
                writer.add(
                    Fetch(url, "example", Kind.PAGE, Outcome.FETCHED, moment, status=200),
                    Exchange("GET", url, (), 200, "OK", (), body),
                )
    segments = sealed_segments(archive)
    loaded = ledger(segments)
    last = [fetch.offset for fetch in segments[1].fetches()][-1]
    assert last is not None
    expected = segments[1].read(last)
    move_to_store(archive, [segment.name for segment in segments])
    assert pack_segments(archive, loaded, LATER).packs == 1
    read = Store.read
    lengths = []

    def counted(self: Store, name: str, begin: int | None = None, end: int | None = None) -> bytes:
        found = read(self, name, begin, end)
        lengths.append(len(found))
        return found

    monkeypatch.setattr(Store, "read", counted)
    store(archive)._indexes.clear()
    assert segments[1].read(last) == expected
    assert sum(lengths) < 400_000  # of 3.2 MB


@pytest.mark.parametrize("step", ["put_pack", "remove", "remove_pack"])
@pytest.mark.parametrize("change", ["packing", "erasing"])
def test_changes_that_are_killed_lose_nothing_and_can_be_repeated(
    archive: Path, monkeypatch: pytest.MonkeyPatch, change: str, step: str
) -> None:
    segments = moved(archive, 3)
    before = [content(segment) for segment in segments]
    if change == "erasing":
        pack_segments(archive, ledger(segments), LATER)
    put = Store.put

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def killed_at_the_log(self: Store, file: Path, name: str) -> None:
        if name.endswith(".jsonl"):
            raise KeyboardInterrupt
        put(self, file, name)

    def run() -> None:
        if change == "packing":
            pack_segments(archive, ledger(segments), LATER)
        else:
            erase_from_segment(segments[1], without_first_page)

    with monkeypatch.context() as patch:
        if step == "put_pack":
            patch.setattr(Store, "put", killed_at_the_log)
        else:
            patch.setattr(ArchiveStore, step, killed)
        if (change, step) in (("packing", "remove_pack"), ("erasing", "remove")):
            run()  # which does not come there
        else:
            with pytest.raises(KeyboardInterrupt):
                run()
    assert [segment.name for segment in sealed_segments(archive)] == [segment.name for segment in segments]
    assert [content(segment) for segment in (segments[0], segments[2])] == [before[0], before[2]]
    run()
    if change == "packing":
        assert [content(segment) for segment in segments] == before
    else:
        assert content(segments[1]).pages == before[1].pages[1:]
        logs = b"".join(file.read_bytes() for file in (archive.parent / "store").rglob("*.jsonl"))
        assert f"/{segments[1].name}/1".encode() in logs
        assert f"/{segments[1].name}/0".encode() not in logs
    assert [name.partition(".")[2] for name in in_store(archive)] == ["index.json", "jsonl", "warc.gz"]
    assert files(archive) == []


def test_packs_of_the_disk_get_unused_names_in_the_store(archive: Path) -> None:
    first = moved(archive, 2)
    pack_segments(archive, ledger(first), LATER)
    second = day(archive, 2, first=2)
    expected = [content(segment) for segment in (*first, *second)]
    packing.pack_segments(archive, ledger(second), LATER)
    assert files(archive) == ["packs/202603/20260301-1.jsonl", "packs/202603/20260301-1.warc.gz"]
    assert move_packs_to_store(archive) == 1
    assert [pack.name for pack in store(archive).packs()] == ["20260301-1", "20260301-2"]
    assert [content(segment) for segment in (*first, *second)] == expected
    assert store(archive).newest_packed_segments() == {segment.name for segment in (*first, *second)}


def test_damage_in_a_store_is_named(archive: Path) -> None:
    segments = moved(archive, 2)
    pack_segments(archive, ledger(segments), LATER)
    folder = archive.parent / "store" / "archive" / "packs" / "202603"
    (pack,) = store(archive).packs()
    assert store(archive).is_whole(pack)
    (folder / "20260301-1.index.json").unlink()  # as in a copy of an archive that was on a disk
    store(archive)._indexes.clear()
    assert len(content(segments[1]).pages) == 2
    log = (folder / "20260301-1.jsonl").read_bytes()
    (folder / "20260301-1.jsonl").write_bytes(log[:-5])
    store(archive)._indexes.clear()
    with pytest.raises(ArchiveError, match=r"store/archive/packs/202603/20260301-1\.jsonl: the file has \d+ bytes"):
        segments[1].exists()
    (folder / "20260301-1.jsonl").unlink()
    assert [url.rpartition("/")[2] for url in warc_files_without_seal(store(archive))] == ["20260301-1.warc.gz"]
    remove_leftovers(store(archive))
    assert (folder / "20260301-1.warc.gz").exists(), "nothing else has its pages"


def test_a_copy_lasts_as_long_as_it_is_used_and_that_of_a_killed_process_is_removed(archive: Path) -> None:
    (segment,) = moved(archive, 1)
    (archive / FOLDER / "killed").mkdir(parents=True)
    (archive / FOLDER / "killed.lock").touch()
    with copies_folder(archive) as used:
        with LocalCopy(segment) as copy:
            assert content(copy.segment) == content(segment)
            assert copy.segment.directory.parent == archive / FOLDER
        assert [path.name for path in (archive / FOLDER).iterdir() if path.is_dir()] == [used.name]
    assert files(archive) == []


def test_a_store_that_was_used_and_is_empty_is_not_mounted(archive: Path) -> None:
    found = store(archive)
    found.require(archive, to_write=False)
    assert not (archive.parent / "store").exists()
    found.require(archive)
    (archive.parent / "store").rename(archive.parent / "elsewhere")
    for to_write in (False, True):
        with pytest.raises(StoreError, match=r"store: has no archive, although it had one .* Is it mounted\?"):
            found.require(archive, to_write=to_write)
    (archive / "store-in-use").unlink()
    found.require(archive)
    assert in_store(archive) == ["newsloom-store"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("store = 1", 'archive.toml: allowed: store = "s3://BUCKET/PREFIX"'),
        ('store = "bucket/news"', 'archive.toml: allowed: store = "s3://BUCKET/PREFIX"'),
        ('store = "s3://b/n"\nkey = "secret"', 'archive.toml: allowed: store = "s3://BUCKET/PREFIX"'),
        ("store =", "archive.toml: is not TOML"),
        ('store = "nothing://b/n"', "archive.toml: nothing://b/n: cannot be opened: Protocol not known"),
        ('store = "s3://key:secret@b/n"', "archive.toml: s3://b/n: the URL of a store has no credentials"),
    ],
)
def test_an_invalid_archive_toml_is_explained(archive: Path, text: str, problem: str) -> None:
    archive.with_name("archive.toml").write_text(text)
    with pytest.raises(StoreError, match=problem) as failed:
        sealed_segments(archive)
    assert "secret" not in str(failed.value)
