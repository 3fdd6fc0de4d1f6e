"""What a flow tries again, and what it does not, by the word of a real Prefect server."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom

# The task that loads a segment, with its own conditions and shorter pauses, on a disk that fails so many times.
SCRIPT = """
import json, sys
from pathlib import Path
from prefect import flow
import flows.run
from warehouse import TransientWarehouseError, WarehouseError

kind, failures = sys.argv[1], int(sys.argv[2])
calls = []

def load(writer, extractor, directory, name):
    calls.append(name)
    if len(calls) <= failures:
        raise {"transient": TransientWarehouseError, "terminal": WarehouseError}[kind]("the disk is away")
    return None

flows.run.process_segment = load
task = flows.run.load_task.with_options(retry_delay_seconds=[0, 0, 0])

@flow
def one_segment():
    return task(None, None, None, "s1", return_state=True).type.value

print(json.dumps({"state": one_segment(), "calls": len(calls)}))
"""


def run(newsloom: Newsloom, kind: str, failures: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, kind, str(failures)],
        env=newsloom.environment | {"PREFECT_LOGGING_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        check=True,
        timeout=480,
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.usefixtures("with_prefect")
@pytest.mark.parametrize(
    ("kind", "failures", "ended"),
    [
        ("transient", 2, {"state": "COMPLETED", "calls": 3}),
        ("transient", 9, {"state": "FAILED", "calls": 4}),
        ("terminal", 1, {"state": "FAILED", "calls": 1}),
    ],
)
def test_a_disk_that_hiccups_is_tried_again_and_a_mistake_is_not(
    newsloom: Newsloom, kind: str, failures: int, ended: dict[str, Any]
) -> None:
    assert run(newsloom, kind, failures) == ended
