"""300 mutated pages a round, from the project and (if present) captured: no exception escapes, and nothing hangs."""

from __future__ import annotations

import gzip
import json
import random
import time
from typing import TYPE_CHECKING

import pytest

from crawlers.extraction import Rejection, extract
from tests.crawlers.extraction.test_hostile_pages import PAGES, URL, is_sound, mutated
from tests.crawlers.extraction.test_rejections import ACCEPTED, REJECTED
from tests.rounds import ROUNDS

if TYPE_CHECKING:
    from pathlib import Path

OWN = [
    *PAGES.values(),
    *(text.encode() for text, _ in ACCEPTED.values()),
    *(str(case.values[1]).encode() for case in REJECTED),
]
BATCH = 100
OWN_BATCHES = 2 * ROUNDS
CAPTURED_BATCHES = ROUNDS
SECONDS = 10.0
"""CPU time for one page. Most take milliseconds; the slowest captured page takes half a second."""
CHARSETS = (None, "utf-8", "latin-1", "utf-16", "gb2312", "no such charset")


def crossed(page: bytes, other: bytes, chance: random.Random) -> bytes:
    """The start of one page and the end of another: two heads, two bodies, unclosed elements."""
    return page[: chance.randrange(1, len(page))] + other[chance.randrange(len(other)) :]


def check(pages: list[bytes], seed: str) -> None:
    chance = random.Random(seed)
    for number in range(BATCH):
        page = chance.choice(pages)
        if chance.random() < 0.3:
            page = crossed(page, chance.choice(pages), chance)
        page = mutated(page, chance)
        start = time.process_time()
        found = extract(page, URL, http_charset=chance.choice(CHARSETS))
        assert time.process_time() - start < SECONDS, (seed, number)
        assert is_sound(found), (seed, number, found)
        # `extractor_error` is for unexpected errors; a mutation that causes one has found a bug.
        assert not (isinstance(found, Rejection) and "Error: " in found.detail), (seed, number, found)


@pytest.mark.parametrize("batch", range(OWN_BATCHES))
def test_mutated_pages_of_the_project(batch: int) -> None:
    check(OWN, f"own {batch}")


@pytest.fixture(scope="module")
def captured(shared: Path) -> list[bytes]:
    folder = shared / "newsweb" / "pages"
    lines = (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
    files = [folder / json.loads(line)["file"] for line in lines[::4]]
    return [gzip.decompress(file.read_bytes()) for file in files]


@pytest.mark.parametrize("batch", range(CAPTURED_BATCHES))
def test_mutated_captured_pages(captured: list[bytes], batch: int) -> None:
    check(captured, f"captured {batch}")
