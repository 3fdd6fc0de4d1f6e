"""How many threads compute with matrices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = """
import flows, os, numpy as np
np.ones((500, 500)) @ np.ones((500, 500))
print(len(os.listdir("/proc/self/task")))
"""
HERE = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}


def output(code: str, **environment: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=HERE | environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted on Linux")
def test_matrices_are_multiplied_in_one_thread() -> None:
    assert output(COUNT) == "1"


def test_another_number_of_threads_can_be_set() -> None:
    assert output("import flows, os; print(os.environ['OPENBLAS_NUM_THREADS'])", OPENBLAS_NUM_THREADS="2") == "2"
