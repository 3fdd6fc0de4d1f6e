"""The pages in a real browser: accessible, by keyboard, on a phone, in the dark, and nothing leaves the machine."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.flows.dashboard.browser import CHROMIUM, Browser
from tests.flows.dashboard.conftest import served
from tests.flows.dashboard.test_server import PAGES, items, publish_renamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.dashboard.conftest import Dashboard

# https://github.com/dequelabs/axe-core, the package axe-core 4.14.1 of npm, axe.min.js; Mozilla Public License 2.0.
AXE = Path(__file__).with_name("axe-core-4.14.1.min.js.gz")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ,
    reason="no Chromium here (Debian: chromium): nobody has looked at the pages",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMIUM is not None, "continuous integration needs Chromium"
    opened = Browser(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


@pytest.fixture
def paths(newspapers: Path) -> list[str]:
    return [*PAGES, *items(newspapers), "/nothing", "/voice", "/search"]


# In the dark only the colours differ.
@pytest.mark.parametrize(("scheme", "options"), [("light", "{}"), ("dark", "{runOnly: ['color-contrast']}")])
def test_axe_finds_no_fault(
    browser: Browser, dashboard: Dashboard, paths: list[str], scheme: str, options: str
) -> None:
    axe = gzip.decompress(AXE.read_bytes()).decode()
    browser.scheme(scheme)
    browser.size(1280)
    for path in paths:
        browser.open(dashboard.url.rstrip("/") + path)
        browser.run(axe)
        browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        found = browser.run(
            "axe.run().then(found => JSON.stringify(found.violations.map(v => [v.id, v.nodes[0].html])))"
        )
        assert found == "[]", f"{path}: {found}"


def test_no_page_is_wider_than_a_phone(browser: Browser, dashboard: Dashboard, paths: list[str]) -> None:
    browser.size(360, 740)
    for path in paths:
        browser.open(dashboard.url.rstrip("/") + path)
        assert browser.run("document.documentElement.scrollWidth") == 360, path
        tallest = browser.run("Math.max(0, ...[...document.querySelectorAll('tr')].map(row => row.offsetHeight))")
        assert tallest < 250, f"{path} has a table with a squeezed column"


def test_pages_ask_nobody_else_and_break_no_rule_of_their_own(
    browser: Browser, dashboard: Dashboard, paths: list[str]
) -> None:
    browser.size(1280)
    for path in paths:
        browser.open(dashboard.url.rstrip("/") + path)
        requests = browser.requests()
        assert len(requests) >= 3, "the page, its stylesheet and its script"
        assert [url for url in requests if not url.startswith(dashboard.url)] == []
        expected = ["404"] if path == "/nothing" else []
        assert [problem for problem in browser.problems() if not any(code in problem for code in expected)] == [], path


def test_an_article_is_found_with_the_keyboard_alone(browser: Browser, dashboard: Dashboard) -> None:
    browser.size(1280)
    browser.open(dashboard.url)
    for _ in range(3):  # the link to the content, the name, the search box
        browser.press("Tab")
    assert browser.run("document.activeElement.id") == "find"
    browser.type("roses")
    browser.press("Enter")
    browser.wait("location.pathname === '/search' && document.readyState === 'complete'")
    for _ in range(60):
        browser.press("Tab")
        focus = browser.run("[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]")
        assert focus[1] != "none", f"the focus cannot be seen: {focus[0][:200]}"
        if browser.run("(document.activeElement.getAttribute('href') || '').startsWith('/article/')"):
            break
    browser.press("Enter")
    browser.wait("location.pathname.startsWith('/article/') && document.readyState === 'complete'")
    assert "four hundred kinds of roses" in browser.run("document.body.innerText")


def test_a_reader_hears_of_new_articles(browser: Browser, own_copy: Path) -> None:
    with served(own_copy) as dashboard:
        browser.open(dashboard.url)
        browser.press("Tab")  # who has just done something is not interrupted
        publish_renamed(own_copy, "The buoy has been found")
        browser.run("look()")
        assert browser.run("document.getElementById('notice').hidden") is False
        assert "The buoy" not in browser.run("document.body.innerText")
        browser.run("document.querySelector('#notice a').click()")
        browser.wait("document.body && document.body.innerText.includes('The buoy has been found')")
