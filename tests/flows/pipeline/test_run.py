"""Publishing during a run, and its end by Ctrl-C."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from flows.data_directory import DataDirectory
from flows.pipeline.extract import Extractor
from flows.pipeline.interrupt import GRACE, Interrupt
from flows.pipeline.run import PeriodicPublisher, run_sources
from flows.pipeline.segments import process_segment
from flows.progress import SilentReporter
from tests.end_to_end.conftest import article
from tests.flows.pipeline.slow_pages import SLOW, extract_page_slowly
from tests.flows.pipeline.test_extract import segment_of
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from warehouse import Writer


def test_what_is_published_is_not_replaced_while_a_lost_warehouse_is_loaded_again(writer: Writer) -> None:
    load_segment(writer, "s1", "r1", "test", batch(article_row(1), segment="s1"), NOON)
    writer.publish()
    before = writer.public.stat().st_ino
    writer.connection.execute("UPDATE segments SET segment = 'another'")
    publisher = PeriodicPublisher(writer, lambda writer: writer.publish())
    publisher.last_at -= timedelta(days=1)
    publisher.publish_if_due()
    assert writer.public.stat().st_ino == before
    writer.connection.execute("UPDATE segments SET segment = 's1'")
    publisher.publish_if_due()
    assert writer.public.stat().st_ino != before


def test_ctrl_c_does_not_wait_for_slow_pages_and_the_next_run_loads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = DataDirectory(tmp_path / "data")
    segment = segment_of(directory.archive, article(1).body, SLOW)
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[[source]]\nname = "town"\nfeeds = ["http://127.0.0.1:9/feed"]\nallow_private_addresses = true\n'
    )
    interrupt = Interrupt()
    interrupt.at = time.monotonic() - GRACE + 1.0
    with monkeypatch.context() as patch:
        patch.setattr("flows.pipeline.extract.extract_page", extract_page_slowly)
        summary = run_sources(sources, directory.root, 0.0, None, SilentReporter(), interrupt=interrupt)
    assert (summary.interrupted, summary.recovered, summary.failed, summary.articles) == (True, 0, (), 0)
    with open_writer(directory.root, "test") as writer, Extractor(1) as extractor:
        result = process_segment(writer, extractor, directory, segment.name)
    assert result is not None
    assert result.outcomes.total() == 2
