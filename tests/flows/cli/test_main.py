"""Ctrl-C ends every command with a message, at any moment."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path  # noqa: TC003 - pytest reads annotations

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
import signal, time
from flows.pipeline import worker_processes

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs of a shell
worker_processes.WORK = ("slow_work",)
try:
    worker = worker_processes.worker_context().Process(target=time.sleep, args=(3,), daemon=True)
    worker.start()
    worker.join()
except KeyboardInterrupt:
    print("interrupted")
"""
SLOW_WORK = """
import pathlib, time

here = pathlib.Path(__file__).parent
(here / "importing").touch()
while not (here / "interrupted").exists():
    time.sleep(0.01)
"""


def test_the_process_that_forks_workers_ignores_ctrl_c_while_it_imports(tmp_path: Path) -> None:
    (tmp_path / "slow_work.py").write_text(SLOW_WORK)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_WORKER],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not (tmp_path / "importing").exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # to the whole group, like a terminal
        (tmp_path / "interrupted").touch()
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "interrupted\n", "")
