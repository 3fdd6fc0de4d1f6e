"""Every file and name that the documentation mentions exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from flows.cli.versions import versions

ROOT = Path(__file__).parent.parent
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")} - {ROOT / "docs" / "messages.md"})
# A path from the root of the repository, in backticks; then, after a colon, names that the file defines.
MENTION = re.compile(
    r"`((?:crawlers|flows|warehouse|tests|docs|deploy|benchmarks)/[\w./-]+)`(?:: ((?:`\w+`(?:, )?)+))?"
)
MAP_ROW = re.compile(r"^\| (?!to change|-)(.+?) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]+)")


def defined(path: Path) -> set[str]:
    """The names that a module defines at its top level."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_mentions_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = {path for path, _ in MENTION.findall(text) if not (ROOT / path).exists()}
    missing |= {target for target in LINK.findall(text) if not (page.parent / target).exists()}
    assert missing == set()


def test_every_name_in_the_map_of_the_code_is_defined_where_it_says() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    missing = [
        f"{path}: {name}"
        for path, names in MENTION.findall(text)
        for name in re.findall(r"\w+", names)
        if name not in defined(ROOT / path)
    ]
    assert missing == []


def test_the_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_every_row_of_the_map_leads_to_a_file() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = MAP_ROW.findall(text[text.index("## Where to change what") : text.index("## Conventions")])
    assert len(rows) >= 15
    assert [subject for subject, places in rows if not MENTION.search(places)] == []


def test_the_tutorial_shows_the_versions_that_the_command_prints() -> None:
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shown = tutorial.partition("`newsloom --version`")[2].split("```")[1].splitlines()[1:]
    # Those of the machine and of packages may differ; the methods may not.
    methods = ("extractor ", "duplicates ", "stories ", "links ")
    printed = versions().splitlines()
    assert [line.split()[0] for line in shown] == [line.split()[0] for line in printed]
    assert [line for line in shown if line.startswith(methods)] == [
        line for line in printed if line.startswith(methods)
    ]
