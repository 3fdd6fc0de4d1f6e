"""What a flow tries again, and what it does not, by the word of a real Prefect server."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom

# The task that loads a segment, with its own conditions and shorter pauses, on a disk that fails so many times.
SCRIPT = """
import json, sys
from prefect import flow
import flows.run
from warehouse import TransientWarehouseError, WarehouseError

ERRORS = {"transient": TransientWarehouseError, "terminal": WarehouseError}

@flow
def one_segment(kind, failures):
    calls = []

    def load(writer, extractor, directory, name):
        calls.append(name)
        if len(calls) <= failures:
            raise ERRORS[kind]("the disk is away")

    flows.run.process_segment = load
    task = flows.run.load_task.with_options(retry_delay_seconds=[0, 0, 0])
    return [task(None, None, None, "s1", return_state=True).type.value, len(calls)]

print(json.dumps([one_segment(kind, failures) for kind, failures in json.loads(sys.argv[1])]))
"""


@pytest.mark.usefixtures("with_prefect")
def test_a_disk_that_hiccups_is_tried_again_and_a_mistake_is_not(newsloom: Newsloom) -> None:
    disks = [("transient", 2), ("transient", 9), ("terminal", 1)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(disks)],
        env=newsloom.environment | {"PREFECT_LOGGING_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        check=True,
        timeout=480,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [["COMPLETED", 3], ["FAILED", 4], ["FAILED", 1]]
