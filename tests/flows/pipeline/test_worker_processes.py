"""Workers have what they need from the process that they are forked from."""

from __future__ import annotations

import sys

import pytest

from crawlers.dates import words
from crawlers.extraction import Article, block_model, extract, extract_record, language_identifier, line_rules
from flows.pipeline.worker_processes import start_worker, worker_context
from tests.end_to_end.conftest import article

pytestmark = pytest.mark.usefixtures("own_fork_server")
READ = (language_identifier.identifier, block_model.block_model, line_rules.line_rules, words.names)
"""What takes longest to read."""
RECORD = b'{"url": "http://town.example/r", "title": "A record", "text": "' + b"Some words of a text. " * 9 + b'"}'


def extract_as_a_worker() -> None:
    """Extract a page and a record; exit code 3 unless all had been read before."""
    start_worker()
    before = [reads.cache_info().misses for reads in READ]
    for found in (
        extract(article(1).body, "http://town.example/1"),
        extract_record(RECORD, "application/json", "http://town.example/r"),
    ):
        assert isinstance(found, Article)
    sys.exit(0 if before == [reads.cache_info().misses for reads in READ] == [1] * len(READ) else 3)


def test_workers_are_forked_with_models_and_lists_that_were_read_once() -> None:
    process = worker_context().Process(target=extract_as_a_worker)
    process.start()
    process.join(300)
    assert process.exitcode == 0
