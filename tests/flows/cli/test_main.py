"""Ctrl-C ends any command with a sentence, wherever it strikes."""

from __future__ import annotations

import importlib
import subprocess
import sys

import click
import pytest


def test_a_query_that_is_interrupted_ends_with_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def command() -> None:
        # As DuckDB does it, when the signal comes while it calls back into Python.
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()

    front = importlib.import_module("flows.cli.main")
    monkeypatch.setattr(front, "newsloom", command)
    monkeypatch.setattr(sys, "argv", ["newsloom"])
    with pytest.raises(SystemExit) as ended:
        front.main()
    assert ended.value.code == 130
    assert "run the same command again to resume" in capsys.readouterr().err


STARTS_A_WORKER = """
import os, signal, threading, time
from flows.pipeline.worker_processes import worker_context

threading.Timer(0.3, os.killpg, (0, signal.SIGINT)).start()  # to all of the group, as a terminal does it
try:
    worker = worker_context().Process(target=time.sleep, args=(3,), daemon=True)
    worker.start()
    worker.join()
except KeyboardInterrupt:
    print("interrupted")
"""


def test_the_process_that_workers_come_of_does_not_hear_ctrl_c_while_it_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS_A_WORKER], capture_output=True, text=True, check=True, start_new_session=True
    )
    assert done.stdout == "interrupted\n"
    assert done.stderr == ""
