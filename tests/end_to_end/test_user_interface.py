"""Prefect's user interface in a real browser: what somebody sees who opens it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from html import unescape
from typing import TYPE_CHECKING

import pytest

from flows.demo.web import NewsWeb
from tests.end_to_end.conftest import town_site
from tests.end_to_end.service import schedule, up, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Newsloom
    from tests.end_to_end.service import Service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SOURCES = """
[crawl]
delay = 0

[[source]]
name = "<b>bold</b> [link](javascript:alert(1))"
feeds = ["http://one.example/feed.xml"]
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM HERE: nobody has looked at the user interface")
PATIENCE = 60.0  # seconds until a page must show what it is there for


def seen(address: str, folder: Path) -> str:
    """The text of a page as Chromium shows it after its scripts have run."""
    assert CHROMIUM is not None
    shown = subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",  # which root cannot have
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--no-first-run",
            f"--user-data-dir={folder}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            address,
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=480,
    )
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", shown.stdout, flags=re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", body).split()))


def shows(service: Service, path: str, folder: Path, *words: str) -> str:
    """The text of a page of the user interface, once it has these words."""
    deadline = time.monotonic() + PATIENCE
    while True:
        text = seen(f"{service.state.ui}{path}", folder)
        missing = [word for word in words if word not in text]
        if not missing:
            return text
        assert time.monotonic() < deadline, f"{path} shows no {missing}, but: {text}"


@pytest.mark.usefixtures("prefect_made")
def test_the_deployments_and_a_finished_run_with_its_artifacts_are_shown(newsloom: Newsloom, tmp_path: Path) -> None:
    folder = tmp_path / "chromium"
    with NewsWeb([town_site("one.example", 3)]) as web:
        newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = web.proxy_url
        newsloom.sources(schedule(every_minutes=60) + SOURCES)
        with up(newsloom) as service:
            run = wait_for(lambda: service.runs(state="COMPLETED"), "a run")[0]
            link = newsloom("ui", "--print").stdout.strip()
            newsloom.environment["BROWSER"] = "/bin/true %s"
            assert newsloom("ui").stdout == f"Opened Prefect's user interface: {service.state.ui}\n"
            page = newsloom.data / "private" / "service" / "login.html"
            assert link in page.read_text(encoding="utf-8")
            assert page.stat().st_mode & 0o777 == 0o600
            shows(service, link.removeprefix(service.state.ui), folder, "Flow Runs 1 total", "Logout")
            shows(service, "/deployments", folder, "run", "maintain", "digest", "import", "Hourly")
            shows(service, f"/runs/flow-run/{run['id']}", folder, "run newsloom-data", "Completed")
            shows(service, "/artifacts", folder, "run-sources", "run-funnel")
            funnel = service.ask("/artifacts/filter", {"artifacts": {"key": {"any_": ["run-funnel"]}}})[0]
            table = shows(service, f"/artifacts/artifact/{funnel['id']}", folder, "loaded", "Articles in the warehouse")
            assert "all" in table
            sources = service.ask("/artifacts/filter", {"artifacts": {"key": {"any_": ["run-sources"]}}})[0]
            shows(service, f"/artifacts/artifact/{sources['id']}", folder, "<b>bold</b>", "rejected")
            logs = service.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}})
    assert [line for line in logs if line["message"].startswith("segment ")], "a line for each segment"
