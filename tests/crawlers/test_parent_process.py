"""A child process notices when its parent has ended, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHILD = """
import multiprocessing, os, sys, time
from crawlers.parent_process import when_parent_ends

def child(parent):
    def end():
        print("child ends", flush=True)
        os._exit(0)
    when_parent_ends(parent or multiprocessing.parent_process(), end)
    print("child watches", flush=True)
    time.sleep(60)
"""
BY_PROCESS_ID = f"""{CHILD}
parent = os.getpid()
if os.fork() == 0:
    child(parent)
"""
BY_MULTIPROCESSING = f"""{CHILD}
multiprocessing.get_context("fork").Process(target=child, args=(None,)).start()
"""
PARENT_ENDS = """
time.sleep(1.5)
print("parent ends", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("start", [BY_PROCESS_ID, BY_MULTIPROCESSING], ids=["process id", "multiprocessing"])
def test_the_action_is_called_once_the_parent_has_ended(start: str) -> None:
    done = subprocess.run([sys.executable, "-c", start + PARENT_ENDS], capture_output=True, text=True, timeout=50)
    assert done.stdout.splitlines() == ["child watches", "parent ends", "child ends"], done.stderr
