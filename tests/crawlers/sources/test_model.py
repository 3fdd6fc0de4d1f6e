from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from pydantic import ValidationError

from crawlers.plan.build import entry_points, plan_source
from crawlers.sources import model as sources_module
from crawlers.sources.model import CrawlSettings, Source, load_sources, parse_sources, user_agent

FILE = Path("news/sources.toml")
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)

WHOLE = """
[crawl]
contact = "mailto:desk@courier.example"
delay = 1.5
segment_pages = 50
recheck_hours = [0.5, 6]
poll_minutes = [10, 600]

[[source]]
name = "harbour-courier"
homepage = "https://courier.example/"
feeds = ["https://courier.example/feed.xml", "http://courier.example/sport.xml"]
sitemaps = ["https://courier.example/sitemap.xml"]
sections = ["https://courier.example/news"]
language = "en"
include = ['/\\d{4}/']
exclude = ["/video/", "[[a]"]
limit = 200
delay = 2
recheck_hours = []
keep_parameters = ["page"]

[[source]]
name = "Hafenbote \u00fc"
sections = ["https://hafenbote.example/"]
"""


def source(lines: str) -> str:
    return f'[[source]]\nname = "courier"\nhomepage = "https://courier.example/"\n{lines}\n'.replace("\n\n", "\n")


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(WHOLE, encoding="utf-8")
    loaded = load_sources(file)
    assert loaded.settings == CrawlSettings(
        contact="mailto:desk@courier.example",
        delay=1.5,
        segment_pages=50,
        recheck_hours=(0.5, 6.0),
        poll_minutes=(10.0, 600.0),
    )
    courier, hafenbote = loaded.sources
    assert courier == Source(
        name="harbour-courier",
        homepage="https://courier.example/",
        feeds=("https://courier.example/feed.xml", "http://courier.example/sport.xml"),
        sitemaps=("https://courier.example/sitemap.xml",),
        sections=("https://courier.example/news",),
        language="en",
        include=(r"/\d{4}/",),
        exclude=("/video/", "[[a]"),
        limit=200,
        delay=2.0,
        recheck_hours=(),
        keep_parameters=("page",),
    )
    assert hafenbote == Source(name="Hafenbote ü", sections=("https://hafenbote.example/",))
    assert (hafenbote.delay, hafenbote.recheck_hours, hafenbote.limit) == (None, None, None)


def test_a_source_may_be_inside_and_reaches_the_ports_that_it_names() -> None:
    text = source('allow_private_addresses = true\nfeeds = ["http://courier.example:8080/feed.xml"]')
    loaded = parse_sources((text + '[[source]]\nname = "post"\nhomepage = "http://post.example/"').encode(), FILE)
    planned = [plan_source(entry, loaded.settings, entry_points(entry), NOW) for entry in loaded.sources]
    assert [(entry.allow_private_addresses, entry.ports) for entry in planned] == [(True, (8080,)), (False, ())]
    assert [entry.access_policy().private for entry in planned] == [True, False]


@pytest.mark.parametrize(
    ("lines", "since", "until"),
    [
        ("", None, None),
        ("since = 2026-01-01", datetime(2026, 1, 1, tzinfo=UTC), None),
        ("max_age_days = 2.5", NOW - timedelta(days=2.5), None),
        ("since = 2026-01-01\nmax_age_days = 7", NOW - timedelta(days=7), None),
        ("since = 2026-03-09\nmax_age_days = 7", datetime(2026, 3, 9, tzinfo=UTC), None),
        ("until = 2026-02-28", None, datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_window_of_time_is_of_whole_days_or_counts_from_now(
    lines: str, since: datetime | None, until: datetime | None
) -> None:
    (entry,) = parse_sources(source(lines).encode(), FILE).sources
    planned = plan_source(entry, CrawlSettings(), (), NOW)
    assert (planned.since, planned.until) == (since, until)


def test_a_source_may_differ_from_the_others_in_whether_opt_outs_are_respected() -> None:
    text = "[crawl]\nrespect_opt_outs = true\n" + source("")
    text += '[[source]]\nname = "post"\nhomepage = "http://post.example/"\nrespect_opt_outs = false\n'
    loaded = parse_sources(text.encode(), FILE)
    assert [plan_source(entry, loaded.settings, (), NOW).respect_opt_outs for entry in loaded.sources] == [True, False]
    assert not plan_source(loaded.sources[0], CrawlSettings(), (), NOW).respect_opt_outs


def test_what_is_not_given_has_defaults() -> None:
    loaded = parse_sources(b"\xef\xbb\xbf" + source("").encode(), FILE)
    assert loaded.settings == CrawlSettings(
        contact=None, delay=1.0, segment_pages=500, recheck_hours=(1.0, 6.0, 24.0, 72.0)
    )


def test_what_was_read_cannot_be_changed() -> None:
    loaded = parse_sources(source("").encode(), FILE)
    with pytest.raises(ValidationError):
        loaded.sources[0].name = "other"


@pytest.mark.parametrize(
    "contact", ["desk@courier.example", "mailto:desk@courier.example", "https://courier.example/bot"]
)
def test_the_user_agent_names_the_contact(contact: str) -> None:
    agent = user_agent(CrawlSettings(contact=contact))
    assert agent.startswith("newsloom/")
    assert agent.endswith(f" (+{contact})")
    assert user_agent(CrawlSettings()) == agent.partition(" ")[0]


def test_the_user_agent_of_a_checkout_that_is_not_installed_has_version_0(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(sources_module, "version", version)
    assert user_agent(CrawlSettings()) == "newsloom/0"
