"""`newsloom init`: what it asks, and the file that it writes."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from crawlers.sources.model import load_sources
from flows.settings import load_settings
from tests.command import call

if TYPE_CHECKING:
    from pathlib import Path


def test_options_say_it_all(tmp_path: Path) -> None:
    given = ("--contact", "mailto:desk@paper.example", "--language", "de", "--country", "AT", "--every", "30")
    done = call("init", *given, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "sources.toml"
    written = load_sources(file)
    assert written.settings.contact == "mailto:desk@paper.example"
    assert {"der-standard", "die-presse"} <= {source.name for source in written.sources}
    assert {source.language for source in written.sources} == {"de"}
    assert load_settings(file).schedule.every_minutes == 30
    said = done.stdout.decode()
    assert f"with {len(written.sources)} sources" in said
    assert "newsloom run" in said
    assert "contact =" not in said
    before = file.read_bytes()
    again = call("init", folder=tmp_path)
    assert again.returncode == 2
    assert b"already exists; not changed. `newsloom sources add` adds to it" in again.stderr
    assert file.read_bytes() == before


def test_without_options_the_file_has_settings_and_no_source(tmp_path: Path) -> None:
    said = call("init", folder=tmp_path).stdout.decode()
    assert "with 0 sources" in said
    assert "give your contact address" in said
    assert "newsloom sources add URL" in said
    checked = call("sources", "list", folder=tmp_path)
    assert b"source: found no source" in checked.stderr, "only a source is missing"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--language", "xx"], "language 'xx'; available: ar, bn"),
        (
            ["--country", "DE", "--language", "vi"],
            "with language vi, country DE at the same time; leave one of",
        ),
        (["--contact", "desk"], "crawl.contact"),
        (["--every", "-5"], "-5"),
    ],
)
def test_a_wrong_value_leaves_no_file(tmp_path: Path, given: list[str], said: str) -> None:
    done = call("init", *given, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (tmp_path / "sources.toml").exists()


def test_on_a_terminal_it_asks_until_it_can_use_the_answer(tmp_path: Path) -> None:
    answers = ["desk", "mailto:desk@paper.example", "y", "xx", "is, fi", "", "", "20"]
    code, said = at_a_terminal(tmp_path, answers)
    assert code == 0, said
    assert "no publisher in the catalogue with language 'xx'" in said
    written = load_sources(tmp_path / "sources.toml")
    assert {source.language for source in written.sources} == {"is", "fi"}
    assert load_settings(tmp_path / "sources.toml").schedule.every_minutes == 20


def at_a_terminal(folder: Path, answers: list[str]) -> tuple[int, str]:
    """Exit code and output of `newsloom init` for somebody who types these lines."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "flows.cli", "init"])
    os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
    said = b""
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not read:
            break
        said += read
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode()
