from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.discovery import KnownUrls, url_key, write_keys, write_sorted_keys
from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 2**64 - 1


@given(st.sets(st.integers(0, LARGEST)), st.sets(st.integers(0, LARGEST)))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_the_written_keys_are_known(tmp_path: Path, written: set[int], asked: set[int]) -> None:
    file = tmp_path / "known.keys"
    write_keys(file, iter(written))
    assert file.stat().st_size == 8 * len(written)
    with KnownUrls(file) as known:
        assert len(known) == len(written)
        assert all(known.has_key(key) for key in written)
        assert {key for key in asked if known.has_key(key)} == asked & written


@pytest.mark.parametrize("keys", [[], [0], [LARGEST], [5, 3, 5, 3, 3], [LARGEST, 0, 1, LARGEST - 1]])
def test_order_and_duplicates_do_not_matter(tmp_path: Path, keys: list[int]) -> None:
    file = tmp_path / "known.keys"
    write_keys(file, keys)
    assert file.read_bytes() == b"".join(key.to_bytes(8, "little") for key in sorted(set(keys)))
    with KnownUrls(file) as known:
        assert all(known.has_key(key) for key in keys)
        assert not known.has_key(4)


def test_pieces_make_one_file_and_duplicate_keys_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "known.keys"
    write_sorted_keys(file, (memoryview(array("Q", piece)) for piece in ([1, 1, 5], [], [5, 9], [LARGEST])))
    with KnownUrls(file) as known:
        assert [key for key in (0, 1, 2, 5, 9, 10, LARGEST) if known.has_key(key)] == [1, 5, 9, LARGEST]


def test_after_closing_nothing_is_known(tmp_path: Path) -> None:
    write_keys(tmp_path / "known.keys", [1])
    known = KnownUrls(tmp_path / "known.keys")
    known.close()
    known.close()
    assert not known.has_key(1)
    assert len(known) == 0


def test_a_url_is_known_in_every_spelling(tmp_path: Path) -> None:
    file = tmp_path / "known.keys"
    write_keys(file, [url_key("https://example.com/a?b=1&c=2")])
    with KnownUrls(file) as known:
        assert "http://EXAMPLE.com/a?c=2&b=1&utm_source=rss#top" in known
        assert "https://example.com/a" not in known
        assert "mailto:desk@example.com" not in known
        assert 7 not in known


def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "known.keys"
    write_keys(file, range(100))
    with KnownUrls(file) as before:
        write_keys(file, [1])
        assert before.has_key(99)
    with KnownUrls(file) as after:
        assert not after.has_key(99)
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_cut_off_within_a_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "known.keys"
    file.write_bytes(b"123456789")
    with pytest.raises(CrawlersError, match=r"known\.keys: found 9 bytes; expected a multiple of 8"):
        KnownUrls(file)
