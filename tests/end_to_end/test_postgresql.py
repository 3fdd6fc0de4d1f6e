"""Prefect's database in PostgreSQL, as deploy/compose.yaml has it: a real one, made for the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.demo.web import NewsWeb
from tests.end_to_end.conftest import town_site, town_sources
from tests.end_to_end.service import schedule, up, wait_for
from tests.servers import HAS_POSTGRESQL, USER, postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import Newsloom

pytestmark = pytest.mark.skipif(not HAS_POSTGRESQL, reason="NO POSTGRESQL HERE: nobody has tried Prefect with it")


@pytest.fixture
def database() -> Iterator[str]:
    """The address, as SQLAlchemy takes it, of an empty database."""
    with postgresql() as port:
        yield f"postgresql+asyncpg://{USER}@127.0.0.1:{port}/postgres"


def test_runs_are_scheduled_from_a_database_in_postgresql(newsloom: Newsloom, database: str) -> None:
    newsloom.environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    with NewsWeb([town_site("one.example", 3)]) as web:
        newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = web.proxy_url
        newsloom.sources(schedule(every_minutes=60) + town_sources("one.example"))
        with up(newsloom) as service:
            wait_for(lambda: service.runs(state="COMPLETED"), "a run")
    assert newsloom.sql("SELECT count(*) FROM articles") == [["3"]]
    assert not (newsloom.data / "private" / "prefect.db").exists()
