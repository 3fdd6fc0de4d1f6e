"""Ctrl-C ends any command with a sentence, wherever it strikes."""

from __future__ import annotations

import importlib
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
    assert "the same command goes on where this one stopped" in capsys.readouterr().err
