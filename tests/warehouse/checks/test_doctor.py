"""Damage that no count shows is found by reading everything."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.checks.doctor import check_tables, check_warehouse
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = 3 * 4096


def fill(data: Path) -> tuple[Path, list[int]]:
    """A warehouse with texts, and the places of their blocks in its file."""
    rng = random.Random(1)
    rows = [article_row(number, text=rng.randbytes(3000).hex(), word_count=1) for number in range(100)]
    with open_writer(data, "test") as writer:
        load_segment(writer, "s1", "r1", "test", batch(*rows, segment="s1"), NOON)
        writer.checkpoint()
        size = writer.connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0]
        blocks = writer.connection.execute(
            "SELECT DISTINCT unnest(additional_block_ids || [block_id]) FROM pragma_storage_info('article_versions') "
            "WHERE column_name = 'text' AND block_id >= 0"
        ).fetchall()
        assert check_tables(writer.connection) == []
        return writer.file, [HEADERS + block * size for (block,) in blocks]


def test_a_damaged_text_is_found_when_tables_are_read(tmp_path: Path) -> None:
    file, places = fill(tmp_path)
    with file.open("r+b") as stream:
        stream.seek(places[-1] + 5000)
        stream.write(b"damage" * 100)
    with open_writer(tmp_path, "test") as writer:
        assert check_warehouse(writer.connection) == []
        (finding,) = check_tables(writer.connection)
    assert finding.count >= 1
    assert any(example.startswith("main.article_versions.text: ") for example in finding.examples)
    assert "newsloom rebuild" in finding.remedy
