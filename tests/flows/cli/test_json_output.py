"""The option --json and the completion of commands."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from flows.cli.json_output import plain
from tests.command import call
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment
from warehouse.runs import finish_run, start_run

SOURCES = '[[source]]\nname = "courier"\nfeeds = ["https://courier.example/feed"]\nlanguage = "en"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sources file and a warehouse of one run."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "sources.toml").write_text(SOURCES)
    with open_writer(folder / "newsloom-data", "test") as writer:
        start_run(writer, "r1", "run", "1", NOON)
        load_segment(writer, "s1", "r1", "test", batch(article_row(1)), NOON)
        finish_run(writer, "r1", "failed", NOON + timedelta(seconds=90), "the disk was full")
        writer.publish()
    return folder


def said(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = call(*arguments, "--json", folder=folder)
    assert done.returncode == code, done
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == ["command", "ok", "facts", "items"]
    assert all(isinstance(item, dict) for item in found["items"])
    assert found["command"] == " ".join(arguments[: 2 if arguments[0] == "sources" else 1])
    assert found["ok"] is (code == 0)
    return found


def test_runs(folder: Path) -> None:
    (run,) = said(folder, "runs")["items"]
    assert (run["run_id"], run["outcome"], run["seconds"]) == ("r1", "failed", 90.0)
    assert run["started_at"] == "2026-03-01T12:00:00+00:00"


def test_status(folder: Path) -> None:
    found = said(folder, "status")
    assert found["facts"]["service"] is None
    assert found["facts"]["free_gb"] > 0
    assert [run["run_id"] for run in found["items"]] == ["r1"]


def test_sources(folder: Path) -> None:
    (source,) = said(folder, "sources", "list")["items"]
    assert (source["name"], source["feeds"], source["language"]) == ("courier", ["https://courier.example/feed"], "en")
    countries = {publisher["country"] for publisher in said(folder, "sources", "catalogue", "--country", "at")["items"]}
    assert countries == {"AT"}


def test_doctor_is_not_ok_where_a_check_fails(folder: Path) -> None:
    found = said(folder, "doctor", code=1)  # the archive lacks the segment
    assert found["facts"]["failed"] == sum(not item["is_harmless"] for item in found["items"]) > 0


def test_an_import_reports_each_file(folder: Path) -> None:
    words = " ".join(f"Item {number} was counted." for number in range(30))
    record = {"url": "https://town.example/1", "title": "Title", "text": words, "likes": 3}
    (folder / "a.jsonl").write_text(json.dumps(record) + "\n{}\n")
    (item,) = said(folder, "import", "--data", "other", "a.jsonl")["items"]
    assert (item["outcomes"], item["not_kept"]) == ({"loaded": 1, "rejected": 1}, {"likes": 1})
    (folder / "b.jsonl").touch()
    assert said(folder, "import", "--data", "other", "b.jsonl", code=1)["facts"]["problems"] == [
        "b.jsonl: the file is empty."
    ]


def test_values_become_those_of_json() -> None:
    @dataclass
    class Thing:
        when: datetime
        parts: tuple[object, ...]

    thing = Thing(
        datetime(2026, 3, 1, 12, tzinfo=UTC), (date(2026, 3, 1), timedelta(minutes=1), UUID(int=1), Path("a"))
    )
    assert plain(thing) == {
        "when": "2026-03-01T12:00:00+00:00",
        "parts": ["2026-03-01", 60.0, "00000000-0000-0000-0000-000000000001", "a"],
    }
    assert plain({"half": "\ud83d"}) == {"half": "?"}


@pytest.mark.parametrize(("shell", "word"), [("bash", "1"), ("zsh", "1"), ("fish", "dig")])
def test_a_shell_gets_a_script_that_completes_commands(shell: str, word: str) -> None:
    assert "_NEWSLOOM_COMPLETE" in call("completion", shell).stdout.decode()
    asked = {"_NEWSLOOM_COMPLETE": f"{shell}_complete", "COMP_WORDS": "newsloom dig", "COMP_CWORD": word}
    assert "digest" in call(environment=os.environ | asked).stdout.decode()
