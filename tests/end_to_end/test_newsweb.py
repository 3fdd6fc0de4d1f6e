"""The whole way on captured pages of 189 real hosts; skipped where they are not beside the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.conftest import Newsloom

pytestmark = [pytest.mark.usefixtures("with_prefect"), pytest.mark.newsweb, pytest.mark.timeout(600)]


@pytest.fixture
def newsweb(shared: Path, newsloom: Newsloom) -> Iterator[str]:
    """The proxy address of a running newsweb, which the command line uses."""
    port_file = newsloom.folder / "port"
    server = subprocess.Popen(
        [sys.executable, str(shared / "newsweb" / "newsweb.py"), "--port", "0", "--port-file", str(port_file)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not (port_file.exists() and port_file.read_text()):
            assert server.poll() is None
            time.sleep(0.1)
        proxy = f"http://127.0.0.1:{port_file.read_text()}"
        newsloom.environment["http_proxy"] = proxy
        yield proxy
    finally:
        server.terminate()
        server.wait(30)


def control(proxy: str, path: str) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    with opener.open(f"http://newsweb.control{path}") as response:
        found: dict[str, Any] = json.load(response)
    return found


def sources_of(shared: Path, asks: str) -> str:
    """A sources.toml of newsweb's own list, by feed, sitemap or section."""
    script = shared / "newsweb" / "newsweb.py"
    listed = subprocess.run([sys.executable, str(script), "--sources"], check=True, capture_output=True, text=True)
    entries = [json.loads(line) for line in listed.stdout.splitlines()]
    body = "".join(
        f'\n[[source]]\nname = "{entry["host"]}"\nhomepage = "{entry["homepage"]}"\n{asks}s = ["{entry[asks]}"]\n'
        for entry in entries
    )
    return "[crawl]\ndelay = 0\n" + body


@pytest.mark.parametrize("asks", ["feed", "sitemap", "section"])
def test_every_article_is_loaded_once_and_a_second_run_fetches_none(
    newsloom: Newsloom, newsweb: str, shared: Path, asks: str
) -> None:
    newsloom.sources(sources_of(shared, asks))
    rows = map(json.loads, (shared / "newsweb" / "pages" / "index.jsonl").read_text(encoding="utf-8").splitlines())
    print(newsloom("run").stdout)
    stats = control(newsweb, "/stats")
    control(newsweb, "/reset")
    served = stats["articles_asked"]
    assert served == 250, "the first edition"
    assert len(list(rows)) > served
    outcomes = dict(newsloom.sql("SELECT outcome, count(*) FROM fetches WHERE kind = 'page' GROUP BY outcome"))
    print(f"{served} articles served; {outcomes}")
    assert outcomes["loaded"] == "250"
    others = newsloom.sql("SELECT url, outcome, reason FROM fetches WHERE kind = 'page' AND outcome <> 'loaded'")
    assert others == [], "/about and /contact, which sitemaps name, are not asked for"
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM articles") == [["250", "250"]]

    before = newsloom.sql("SELECT * FROM articles ORDER BY url")
    newsloom("run")
    again = control(newsweb, "/stats")
    assert again["articles_asked"] == 0
    assert again["violations"] == stats["violations"] == []
    assert newsloom.sql("SELECT * FROM articles ORDER BY url") == before
