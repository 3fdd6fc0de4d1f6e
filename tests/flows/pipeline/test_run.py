"""Publishing during a run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flows.pipeline.run import PeriodicPublisher
from tests.warehouse.rows import NOON, article_row, batch
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
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
