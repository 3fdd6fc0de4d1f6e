"""Ctrl-C ends every command with a message, at any moment."""

from __future__ import annotations

import importlib
import subprocess
import sys

import click
import pytest


def test_an_interrupted_query_ends_with_a_message(
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

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs of a shell
threading.Timer(0.3, os.killpg, (0, signal.SIGINT)).start()  # to the whole group, like a terminal
try:
    worker = worker_context().Process(target=time.sleep, args=(3,), daemon=True)
    worker.start()
    worker.join()
except KeyboardInterrupt:
    print("interrupted")
"""


def test_the_process_that_forks_workers_ignores_ctrl_c_while_it_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS_A_WORKER], capture_output=True, text=True, check=True, start_new_session=True
    )
    assert done.stdout == "interrupted\n"
    assert done.stderr == ""
