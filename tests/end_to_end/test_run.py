"""The whole way on small sites: from sources.toml to SQL, and again."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from uuid import UUID

import pytest

from flows.demo.sites import (
    ADDED,
    DEAD,
    EDITED,
    GALLERY,
    PAYWALL,
    demo_articles,
    demo_sites,
    demo_sources_toml,
)
from flows.demo.web import NewsWeb, ServedPage, Site
from flows.pipeline.interrupt import GRACE
from tests.end_to_end.conftest import Newsloom, feed, town_site, town_sources
from warehouse import connect


def written(edition: int) -> dict[str, str]:
    """What the demo's newspapers wrote: titles by address."""
    return {story.url: story.title for story in demo_articles(edition) if story.kind == "article"}


def test_every_article_is_loaded_once_and_everything_else_has_a_reason(newsloom: Newsloom, web: NewsWeb) -> None:
    newsloom.sources(demo_sources_toml())
    said = newsloom("run").stdout
    assert dict(newsloom.sql("SELECT url, title FROM articles")) == written(1)
    for url, text in newsloom.sql("SELECT url, text FROM articles"):
        (story,) = (story for story in demo_articles(1) if story.url == url)
        # Where a page prints its summary above the article, that is its first paragraph.
        assert text.removeprefix(f"{story.description}\n") == "\n".join(story.paragraphs)
    assert {tuple(row) for row in newsloom.sql("SELECT url, reason FROM rejections")} == {
        (GALLERY, "not_article"),
        (PAYWALL, "paywall"),
    }
    assert newsloom.sql(f"SELECT outcome, reason, status FROM fetches WHERE url = '{DEAD}'") == [
        ["failed", "http_status", "404"]
    ]
    assert newsloom.sql("SELECT kind FROM aliases") == [["same_text"]]
    assert "17" in said
    assert "paywall" in said
    assert "What to do next:" in said
    assert not any(asked.path.startswith("/private") for asked in web.requests)


def test_a_second_run_right_after_fetches_no_article_and_changes_nothing(newsloom: Newsloom, web: NewsWeb) -> None:
    newsloom.sources(demo_sources_toml().replace("recheck_hours = [0]", "recheck_hours = [1]"))
    newsloom("run")
    rows = newsloom.sql("SELECT * FROM articles ORDER BY url")
    web.reset()
    assert "What to do next:" not in newsloom("run").stdout, "only a new user needs to be told"
    assert newsloom.sql("SELECT * FROM articles ORDER BY url") == rows
    articles = {story.url for story in demo_articles(1)}
    assert [
        asked.path for asked in web.requests if f"http://{asked.host}{asked.path.partition('?')[0]}" in articles
    ] == []
    listings = [asked for asked in web.requests if asked.path != "/robots.txt"]
    assert listings
    assert {asked.status for asked in listings} == {304}


def test_an_edit_is_a_new_version_and_the_rest_is_asked_conditionally(newsloom: Newsloom, web: NewsWeb) -> None:
    newsloom.sources(demo_sources_toml())
    newsloom("run")
    web.reset()
    for site in demo_sites(2):
        web.publish(site)
    newsloom("run")
    assert dict(newsloom.sql("SELECT url, title FROM articles")) == written(2)
    assert newsloom.sql(f"SELECT versions FROM articles WHERE url = '{EDITED}'") == [["2"]]
    assert newsloom.sql("SELECT sum(versions) - count(*) FROM articles") == [["1"]]
    in_full = {f"http://{asked.host}{asked.path}" for asked in web.requests if asked.status == 200}
    assert in_full & set(written(2)) == {EDITED, ADDED}


@pytest.mark.usefixtures("with_prefect")
def test_the_run_is_visible_in_prefect(newsloom: Newsloom, web: NewsWeb, prefect_api: str) -> None:
    newsloom.sources(demo_sources_toml())
    newsloom("run")
    body = json.dumps({"flow_runs": {"name": {"any_": ["run newsloom-data"]}}}).encode()
    request = urllib.request.Request(
        f"{prefect_api}/flow_runs/filter", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request) as response:
        runs = [run for run in json.load(response) if run["parameters"]["data"] == str(newsloom.data)]
    assert [run["state_type"] for run in runs] == ["COMPLETED"]
    (run,) = runs
    assert newsloom.sql("SELECT run_id, kind, outcome FROM runs") == [[UUID(run["id"]).hex, "run", "completed"]]
    assert newsloom.sql("SELECT DISTINCT run_id FROM segments") == [[UUID(run["id"]).hex]]


@pytest.mark.extensions
def test_runs_load_into_a_lake_and_publish_no_file(newsloom: Newsloom) -> None:
    newsloom.data.mkdir()
    lake = f'warehouse = "ducklake:sqlite:{newsloom.folder / "catalog.sqlite"}"\n'
    (newsloom.data / "warehouse.toml").write_text(lake, encoding="utf-8")
    with NewsWeb([town_site("town.example", 2)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("town.example"))
        newsloom("run")
    assert newsloom.sql("SELECT count(*) FROM articles") == [["2"]]
    assert newsloom.sql("SELECT kind, outcome FROM runs") == [["run", "completed"]]
    assert not list(newsloom.data.rglob("*.duckdb"))


def test_sql_answers_while_a_run_goes_on_and_a_reader_left_open_stops_no_run(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("slow.example", 4)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("slow.example"))
        newsloom("run")
        web.publish(town_site("slow.example", 12, delay=0.5))
        newsloom.in_processes = True  # within one, DuckDB would go on reading the file that the reader has open
        with connect(newsloom.data) as reader:
            run = newsloom.start("run")
            asked = 0
            while run.poll() is None:
                time.sleep(1)
                assert newsloom.sql("SELECT count(*) FROM articles") in ([["4"]], [["12"]])
                asked += 1
            out, err = run.communicate()
            assert run.returncode == 0, out + err
            assert asked > 1
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(4,)]
        assert newsloom.sql("SELECT count(*) FROM articles") == [["12"]]


def test_broken_pages_and_feeds_cost_themselves_only(newsloom: Newsloom) -> None:
    host = "town.example"
    good = town_site(host, 3)
    paths = [path for path in good.pages if path.startswith("/news")]
    bad = {
        "/news/2026/this-page-is-empty-for-some-reason.html": ServedPage(b""),
        "/news/2026/this-page-is-no-page-but-a-picture.html": ServedPage(
            b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "image/png"
        ),
        "/news/2026/this-page-hangs-up-before-it-answers.html": ServedPage(b"", reset=True),
        "/news/2026/this-page-answers-with-a-server-error.html": ServedPage(b"no", status=500),
        "/news/2026/this-page-is-torn-in-the-middle.html": ServedPage(b"<html><body><div><p>Torn <a href="),
    }
    pages = dict(good.pages) | bad | {"/feed.xml": feed(host, [*bad, *paths])}
    sites = [Site(host, pages), Site("broken.example", {"/feed.xml": ServedPage(b"<html>moved</html>")})]
    with NewsWeb(sites) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(host, "broken.example", "nowhere.example"))
        said = newsloom("run").stdout
        assert "broken.example: http://broken.example/feed.xml: found an HTML page" in said
        assert "nowhere.example: http://nowhere.example/feed.xml: answered 404, since 20" in said
        assert "  nowhere.example: http://nowhere.example/feed.xml: answered 404" in newsloom("status").stdout
    assert newsloom.sql("SELECT count(*) FROM articles") == [["3"]]
    reasons = dict(
        newsloom.sql("SELECT url, reason FROM fetches WHERE kind = 'page' AND outcome IN ('failed', 'rejected')")
    )
    assert [reasons[f"http://{host}{path}"] for path in bad] == [
        "empty",
        "not_html",
        "connection",
        "http_status",
        "too_short",
    ]
    assert dict(newsloom.sql("SELECT source, last_reason FROM feeds WHERE last_outcome = 'failed'")) == {
        "broken.example": "bad_listing",
        "nowhere.example": "http_status",
    }
    fetched = newsloom.sql("SELECT sum(fetched), sum(loaded + rejected + failed) FROM pipeline_loss")
    assert fetched == [["8", "8"]]


def test_a_limit_leaves_the_rest_for_the_next_run(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("town.example", 5)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("town.example") + "limit = 2\n")
        for expected in ("2", "4", "5"):
            newsloom("run")
            assert newsloom.sql("SELECT count(*) FROM articles") == [[expected]]


def test_a_wrong_sources_file_is_refused_before_anything_starts(newsloom: Newsloom) -> None:
    newsloom.sources(
        '[[source]]\nname = "a"\nfeeds = ["file:///etc/passwd"]\n'
        '[[source]]\nname = "a"\nlanguage = "xx"\nhomepag = "x"\n'
    )
    said = newsloom("run", code=2).stderr
    for part in ("sources.toml", "file:///etc/passwd", '"xx"', "homepag", "homepage", '"a"'):
        assert part in said
    assert "Traceback" not in said
    assert not newsloom.data.exists()


def test_a_second_run_at_the_same_time_is_told_to_wait(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("slow.example", 12, delay=0.7)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("slow.example"))
        first = newsloom.start("run")
        while not web.requests:
            assert first.poll() is None
            time.sleep(0.05)
        said = newsloom("run", code=2).stderr
        assert "another newsloom process is writing here (`newsloom run`, process" in said
        assert "Traceback" not in said
        out, err = first.communicate()
        assert first.returncode == 0, out + err


def test_a_run_without_a_server_imports_and_starts_no_prefect_and_says_nothing_that_looks_like_trouble(
    newsloom: Newsloom, web: NewsWeb
) -> None:
    newsloom.sources(demo_sources_toml())
    newsloom.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    run = newsloom.start("run")
    out, err = run.communicate()
    assert run.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in err.splitlines() if line.startswith("import time:")}
    assert "flows.pipeline.run" in imported
    assert not {module for module in imported if module.partition(".")[0] == "prefect"}
    assert not list(newsloom.data.rglob("prefect*"))
    assert "articles in the warehouse: 17" in out
    assert not [line for line in (out + err).splitlines() if "Traceback" in line or "Warning" in line]


@pytest.mark.parametrize("recorded", [False, True], ids=["by itself", "as a Prefect flow run"])
def test_ctrl_c_ends_a_run_in_good_order_and_the_next_run_completes_it(
    newsloom: Newsloom, request: pytest.FixtureRequest, recorded: bool
) -> None:
    if recorded:
        request.getfixturevalue("with_prefect")
    with NewsWeb([town_site("town.example", 30, delay=0.2)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("town.example"))
        run = newsloom.start("run")
        while len(web.requests) < 10:
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        asked_at = time.monotonic()
        out, err = run.communicate(timeout=480)
        was_in_time = time.monotonic() - asked_at < GRACE  # a busy machine leaves pages to the next run
        assert run.returncode == 130
        assert "stopping: loading what has been fetched." in err
        assert "interrupted; everything that was fetched is in the archive" in out
        assert "Traceback" not in err
        some = int(newsloom.sql("SELECT count(*) FROM articles")[0][0])
        assert some < 30
        assert some >= 5 or not was_in_time
        newsloom("run")
        asked = [asked.path for asked in web.requests if asked.path.startswith("/news")]
    assert newsloom.sql("SELECT count(*) FROM articles") == [["30"]]
    assert newsloom.sql("SELECT outcome FROM runs ORDER BY started_at") == [["interrupted"], ["completed"]]
    assert len(asked) == len(set(asked)), "nothing is requested twice"


def test_a_second_ctrl_c_ends_a_run_at_once_and_loses_nothing(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("town.example", 6, delay=1.5)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("town.example"))
        run = newsloom.start("run")
        assert run.stderr is not None
        while sum(asked.path.startswith("/news") for asked in web.requests) < 2:
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        while "stopping" not in (line := run.stderr.readline()):
            assert line
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=480)
        assert run.returncode == 130
        assert "newsloom: interrupted" in err
        newsloom("run")
        asked = [asked.path for asked in web.requests if asked.path.startswith("/news")]
    assert newsloom.sql("SELECT count(*) FROM articles") == [["6"]]
    assert newsloom.sql("SELECT outcome FROM runs ORDER BY started_at") == [["crashed"], ["completed"]]
    assert len(asked) <= 8, "only what was in flight is requested twice"


def test_the_time_of_a_run_ends_it_and_the_next_requests_the_rest(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("town.example", 40, delay=2.0)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources("[schedule]\nrun_minutes = 0.2\n\n" + town_sources("town.example"))
        assert "stopped at its time limit" in newsloom("run").stdout
        some = int(newsloom.sql("SELECT count(*) FROM articles")[0][0])
        assert 0 < some < 40
        web.publish(town_site("town.example", 40))
        newsloom.sources(town_sources("town.example"))
        newsloom("run")
        asked = [asked.path for asked in web.requests if asked.path.startswith("/news")]
    assert newsloom.sql("SELECT count(*) FROM articles") == [["40"]]
    assert len(asked) == len(set(asked)), "nothing is requested twice"
