"""Fixtures for the captured news web, if it is there: its articles and the listings that its server makes of them."""

from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@dataclass(frozen=True)
class Captured:
    """An article in newsweb's listings; `url` is where it is served, `original` its URL when it was captured."""

    original: str
    url: str
    path: str
    title: str
    date: str


@pytest.fixture(scope="session")
def newsweb(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("newsweb", shared / "newsweb" / "newsweb.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def captured(shared: Path) -> dict[str, list[Captured]]:
    """The captured articles by host."""
    hosts: dict[str, list[Captured]] = defaultdict(list)
    for line in (shared / "newsweb" / "pages" / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        parts = urlsplit(row["url"])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        title = row.get("title") or "Untitled story"
        hosts[parts.netloc].append(Captured(row["url"], f"http://{parts.netloc}{path}", path, title, row["date"]))
    return hosts
