"""The pages of the dashboard, asked of the real command over HTTP."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from lxml import html

from flows.dashboard.server import HEADERS
from flows.dashboard.views import VIEWS
from tests.flows.dashboard.conftest import served
from tests.flows.dashboard.newspapers import FORMULA, SCRIPT
from warehouse import connect, open_writer
from warehouse.formats import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.dashboard.conftest import Dashboard

# Each view at an address that shows something, and words that it shows.
PAGES = {
    "/": "Ferry runs aground off Gull Point courier.example was first, 07:10",
    "/stories?day=2026-03-05": "5 articles of this day · last run completed",
    "/stories?day=2026-03-05&source=north.example": "courier.example was first, 07:10",
    "/search?q=roses&until=2026-03-31": "2 articles from 2 sources",
    "/search?q=%22rose+garden%22+-ferry&unique=1": "1 article from 1 source",
    "/voice?term=ferry&term=roses": "60%",
    "/overlap": "valley.example has 50% of the stories of courier.example",
    "/overlap?source=courier.example&other=north.example": "Only courier.example",
    "/names": "Port Sorrel",
    "/names?name=port+sorrel&source=courier.example": "Named together",
    "/syndication": "2 h 30 min",
    "/headlines": "All 180 safe",
    "/health": "courier.example",
    "/pages?outcome=updated": "updated 1",
    "/runs": "import",
}


def find(page: Any, path: str) -> list[Any]:
    """What an XPath finds in the HTML of a page, or in an element."""
    tree: Any = html.fromstring(page) if isinstance(page, str) else page
    found: list[Any] = tree.xpath(path)
    return found


def text_of(page: str) -> str:
    """What a reader of a page gets, labels for screen readers included."""
    (body,) = find(page, "/html/body")
    return " ".join(" ".join([body.text_content(), *map(str, find(page, "//@aria-label"))]).split())


def items(data: Path) -> dict[str, str]:
    """The pages of one story and of articles, and words that they show."""
    with connect(data) as connection:
        rows = connection.execute("SELECT article_id, story_id, title, source FROM articles").fetchall()
    pages = {}
    for article, story, title, source in rows:
        if source == "courier.example" and "180" in title:
            pages[f"/story/{story}"] = "Lady Maud aground with 180 on board"
            pages[f"/article/{article}"] = "One sailor was hurt"
        elif source == "courier.example":
            pages[f"/article/{article}"] = SCRIPT
        elif source == "north.example":
            pages[f"/article/{article}"] = "copy of an earlier article"
    return pages


@pytest.fixture(scope="module")
def pages(newspapers: Path, dashboard: Dashboard) -> dict[str, str]:
    """The HTML of all pages by address; each shows what it is there for."""
    found = {}
    for path, words in (PAGES | items(newspapers)).items():
        answer = dashboard(path)
        assert answer.status_code == HTTPStatus.OK, f"{path}: {text_of(answer.text)}"
        assert words in text_of(answer.text), f"{path} shows no {words!r}: {text_of(answer.text)}"
        found[path] = answer.text
    return found


def test_there_is_an_example_of_every_view(pages: dict[str, str]) -> None:
    assert {path.lstrip("/").partition("?")[0].partition("/")[0] for path in pages} >= {view.name for view in VIEWS}


def test_every_part_of_a_page_has_sql_to_copy_and_a_csv_with_its_rows(
    pages: dict[str, str], dashboard: Dashboard, newspapers: Path, tmp_path: Path
) -> None:
    parts = 0
    with connect(newspapers) as connection:
        for path, page in pages.items():
            for tools in find(page, "//div[@class='tools']"):
                (link,), (sql,) = find(tools, "./a/@href"), find(tools, ".//pre")
                answer = dashboard(str(link))
                assert answer.status_code == HTTPStatus.OK, f"{path}: {link}: {answer.text}"
                assert answer.headers["content-type"] == "text/csv; charset=utf-8"
                assert answer.headers["content-disposition"].startswith('attachment; filename="newsloom-')
                relation = connection.sql(sql.text_content())
                write_csv(relation, tmp_path / "rows.csv")
                assert answer.content == (tmp_path / "rows.csv").read_bytes()
                parts += 1
    assert parts > 2 * len(VIEWS)


def test_scraped_text_is_shown_as_text(pages: dict[str, str]) -> None:
    shown = 0
    for path, page in pages.items():
        assert [script.get("src") for script in find(page, "//script")] == ["/static/dashboard.js"], path
        assert find(page, "//main//b[not(parent::p[@class='order'])] | //@onclick | //@style") == [], path
        shown += SCRIPT in text_of(page)
        for link in find(page, "//@href | //@src | //@action"):
            assert re.match(r"(https?:|/|#|$)", str(link)), f"{path}: {link}"
    assert shown >= 3  # its story, its article, the search


def test_links_to_other_sites_pass_nothing_on_and_nothing_else_leaves_the_machine(pages: dict[str, str]) -> None:
    outside = []
    for page in pages.values():
        outside += find(page, "//a[starts-with(@href, 'http')]")
        assert all(str(link).startswith("/") for link in find(page, "//link/@href | //script/@src | //img/@src"))
    assert len(outside) > 5
    assert {link.get("rel") for link in outside} == {"noopener noreferrer"}


def test_a_formula_is_no_formula_in_a_csv(dashboard: Dashboard) -> None:
    rows = list(csv.DictReader(io.StringIO(dashboard("/stories.csv").text, newline="")))
    assert f"'{FORMULA}" in [row["title"] for row in rows]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4300", "127.0.0.1.evil.example"])
def test_a_request_under_another_host_name_is_refused(dashboard: Dashboard, host: str) -> None:
    for path in ("/", "/stories.csv", "/published"):
        assert dashboard(path, host=host).status_code == HTTPStatus.BAD_REQUEST
    assert dashboard("/", host="localhost:4300").status_code == HTTPStatus.OK


def test_only_get_is_allowed(dashboard: Dashboard) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = dashboard.client.request(method, "/stories")
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    "path", ["/", "/stories.csv", "/stories?day=x", "/nothing", "/static/dashboard.js", "/published"]
)
def test_every_answer_forbids_what_a_page_does_not_need(dashboard: Dashboard, path: str) -> None:
    answer = dashboard(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (
            "/stories?day=yesterday",
            400,
            'day: found "yesterday"; allowed: a day from 1500-01-01 to 2499-12-31, such as',
        ),
        ("/headlines?since=2026-03-02&until=2026-03-01", 400, "which is after until"),
        ("/runs?rows=5000", 400, "allowed: a whole number from 0 to 1000"),
        ("/search?q=%00", 400, "null characters"),
        ("/search?q=ferry+(buoy", 400, "^"),
        ("/voice?term=ferry&term=%22buoy", 400, "^"),
        ("/story/1", 400, '"1" is not the identifier'),
        ("/story/00000000-0000-0000-0000-000000000000", 404, "no such story"),
        ("/article/00000000-0000-0000-0000-000000000000", 404, "no such article"),
        ("/nothing", 404, "Choose one from the menu"),
    ],
)
def test_a_mistake_in_an_address_is_explained(dashboard: Dashboard, path: str, status: int, words: str) -> None:
    answer = dashboard(path)
    assert answer.status_code == status
    assert words in text_of(answer.text)


def test_quotes_in_a_filter_stay_within_its_value(dashboard: Dashboard) -> None:
    answer = dashboard("/stories?source=x')+OR+TRUE+--")
    assert answer.status_code == HTTPStatus.OK
    assert "No story has an article of this day that fits the filters" in text_of(answer.text)


def test_versions_that_are_not_of_the_article_are_refused(dashboard: Dashboard, newspapers: Path) -> None:
    article = next(path for path, words in items(newspapers).items() if words == "One sailor was hurt")
    answer = dashboard(f"{article}?before=0&after=77")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "this article has no version 77; its versions: 0, " in text_of(answer.text)


def test_two_versions_are_compared_in_the_order_that_is_asked_for(dashboard: Dashboard, newspapers: Path) -> None:
    article = next(path for path, words in items(newspapers).items() if words == "One sailor was hurt")
    with connect(newspapers) as connection:  # the first version was loaded first, the second last
        docs = [
            doc for (doc,) in connection.execute("SELECT doc FROM article_versions WHERE doc > 4 OR doc = 0").fetchall()
        ]
    back = dashboard(f"{article}?before={docs[1]}&after={docs[0]}").text
    assert "One sailor" in " ".join(each.text_content() for each in find(back, "//div[@class='difference']//del"))
    assert "Nobody" in " ".join(each.text_content() for each in find(back, "//div[@class='difference']//ins"))


def publish_renamed(data: Path, title: str) -> None:
    """Put a copy of the published file in its place in which every story has this title."""
    fresh = data / "news.duckdb.new"
    shutil.copyfile(data / "news.duckdb", fresh)
    with duckdb.connect(str(fresh)) as connection:
        connection.execute("UPDATE stories SET title = ?", [title])
    fresh.replace(data / "news.duckdb")


def test_a_newly_published_file_is_shown_without_a_restart(own_copy: Path) -> None:
    with served(own_copy) as dashboard:
        before = dashboard("/").text
        stamp = dashboard("/published").text
        assert f'data-stamp="{stamp}"' in before
        publish_renamed(own_copy, "The buoy has been found")
        assert "The buoy has been found" in dashboard("/").text
        assert "The buoy has been found" in dashboard("/stories.csv").text
        assert dashboard("/published").text != stamp


def test_a_file_that_is_missing_or_damaged_or_locked_is_explained_until_it_can_be_read(own_copy: Path) -> None:
    good = (own_copy / "news.duckdb").read_bytes()
    file = own_copy / "news.duckdb"
    file.unlink()
    with served(own_copy) as dashboard:
        answer = dashboard("/stories")
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "no warehouse found. Create one with `newsloom run`" in text_of(answer.text)
        assert dashboard("/stories.csv").status_code == HTTPStatus.SERVICE_UNAVAILABLE
        file.write_bytes(b"no database")
        assert "cannot be opened as a DuckDB file" in text_of(dashboard("/stories").text)
        file.write_bytes(good)
        # A program that has opened it to write, such as DuckDB's command line without -readonly.
        holds = "import duckdb, sys; opened = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
        with subprocess.Popen(
            [sys.executable, "-c", holds, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            assert "Could not set lock on file" in text_of(dashboard("/stories").text)
            writer.communicate()
        assert dashboard("/stories").status_code == HTTPStatus.OK


def test_an_empty_warehouse_has_every_page(tmp_path: Path) -> None:
    with open_writer(tmp_path, "test") as writer:
        writer.publish()
    with served(tmp_path) as dashboard:
        for path in PAGES:
            answer = dashboard(path)
            assert answer.status_code == HTTPStatus.OK, f"{path}: {text_of(answer.text)}"
        assert "The warehouse is empty" in text_of(dashboard("/").text)
        assert dashboard("/stories.csv").text.startswith("story_id,title,")


def test_a_file_of_an_earlier_version_is_explained(own_copy: Path) -> None:
    with duckdb.connect(str(own_copy / "news.duckdb")) as connection:
        connection.execute("DROP VIEW syndication_edges")
    with served(own_copy) as dashboard:
        answer = dashboard("/syndication")
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "published by another version of newsloom" in text_of(answer.text)
        assert dashboard("/stories").status_code == HTTPStatus.OK


def test_the_dashboard_starts_without_the_heavy_imports() -> None:
    listed = "import sys, flows.dashboard.server; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", listed], check=True, capture_output=True, text=True).stdout.split()
    assert {"starlette", "duckdb"} <= set(modules)
    assert not {"prefect", "scrapy", "trafilatura", "pydantic", "fastapi"} & set(modules)


def test_a_port_in_use_is_reported(dashboard: Dashboard, newspapers: Path) -> None:
    port = str(dashboard.client.base_url.port)
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "dashboard", "--data", str(newspapers), "--port", port],
        capture_output=True, text=True, env=os.environ, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"port {port} is in use" in done.stderr
