"""The tables of sources.toml that are not about crawling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawlers.errors import SourcesError
from crawlers.sources.model import load_sources
from flows.settings import Alerts, Keep, Schedule, Settings, load_all, load_settings

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '\n[[source]]\nname = "courier"\nfeeds = ["https://courier.example/feed.xml"]\n'
WHOLE = """
[schedule]
every_minutes = 7.5
run_minutes = 30
maintain_at = "02:15"
digest_at = "07:00"
timezone = "Europe/Vienna"

[keep]
archive_days = 365
archive_gb = 20.5
requests_days = 90
plans_days = 3

[alerts]
webhook = "https://chat.example/hooks/1"
mail_to = "desk@courier.example"
mail_from = "newsloom@courier.example"
smtp_host = "mail.courier.example"
smtp_port = 2525
least_free_gb = 5
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "sources.toml"
    file.write_text(text + SOURCE, encoding="utf-8")
    return file


def test_all_keys_are_read_and_the_crawl_does_not_mind_them(tmp_path: Path) -> None:
    file = write(tmp_path, WHOLE)
    assert load_settings(file) == Settings(
        schedule=Schedule(
            every_minutes=7.5, run_minutes=30.0, maintain_at="02:15", digest_at="07:00", timezone="Europe/Vienna"
        ),
        keep=Keep(archive_days=365.0, archive_gb=20.5, requests_days=90.0, plans_days=3.0),
        alerts=Alerts(
            webhook="https://chat.example/hooks/1",
            mail_to="desk@courier.example",
            mail_from="newsloom@courier.example",
            smtp_host="mail.courier.example",
            smtp_port=2525,
            least_free_gb=5.0,
        ),
    )
    assert [source.name for source in load_sources(file).sources] == ["courier"]


def test_without_these_tables_nothing_is_removed_and_nobody_is_notified(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, ""))
    assert settings == Settings()
    assert (settings.keep.archive_days, settings.keep.archive_gb, settings.keep.requests_days) == (None, None, None)
    assert (settings.alerts.webhook, settings.alerts.mail_to) == (None, None)


MINUTES = "a number of minutes greater than 0, at most 525600 (a year)"
DAYS = "a number of days greater than 0, at most 36500 (a hundred years); omit the key to keep everything"
MISTAKES = [
    ("[schedule]\nevery_minutes = 0", 2, "schedule.every_minutes", "0", MINUTES),
    ("[schedule]\nevery_minutes = 1e300", 2, "schedule.every_minutes", "1e+300", MINUTES),
    ("[schedule]\nrun_minutes = 600000", 2, "schedule.run_minutes", "600000", MINUTES),
    ('[schedule]\nmaintain_at = "3:30"', 2, "schedule.maintain_at", '"3:30"', 'a time of day, such as "03:30"'),
    ('[schedule]\ndigest_at = "24:00"', 2, "schedule.digest_at", '"24:00"', 'a time of day, such as "03:30"'),
    (
        '[schedule]\ntimezone = "Vienna"',
        2,
        "schedule.timezone",
        '"Vienna"',
        'a time zone of the IANA database, such as "Europe/Vienna"',
    ),
    ("[keep]\narchive_days = true", 2, "keep.archive_days", "true (a boolean)", DAYS),
    # timedelta takes it, the calendar does not.
    ("[keep]\narchive_days = 1000000", 2, "keep.archive_days", "1000000", DAYS),
    ("[keep]\nrequests_days = 1e12", 2, "keep.requests_days", "1000000000000.0", DAYS),
    ('[alerts]\nwebhook = "ftp://x/"', 2, "alerts.webhook", '"ftp://x/"', "a URL with http:// or https://"),
    ('[alerts]\nmail_to = "desk"', 2, "alerts.mail_to", '"desk"', "an e-mail address"),
    ("[alerts]\nsmtp_port = 70000", 2, "alerts.smtp_port", "70000", "a port from 1 to 65535"),
    (
        "[keep]\narchive_dayz = 3",
        2,
        "keep.archive_dayz",
        "an unknown key",
        "one of archive_days, archive_gb, requests_days, states_days, plans_days; nearest: archive_days",
    ),
]


@pytest.mark.parametrize(("text", "line", "key", "found", "allowed"), MISTAKES, ids=lambda value: str(value)[:30])
def test_a_mistake_is_reported_with_its_place_the_value_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, key: str, found: str, allowed: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SourcesError) as raised:
        load_settings(file)
    assert str(raised.value) == f"{file}:{line}: {key}: found {found}; allowed: {allowed}"


def test_mistakes_of_all_tables_are_reported_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, '[keep]\narchive_gb = 0\n[crawl]\ndelay = "long"\n[schedule]\nevery_minutes = 0\n')
    with pytest.raises(SourcesError) as raised:
        load_all(file)
    assert [problem.key for problem in raised.value.problems] == [
        "keep.archive_gb",
        "crawl.delay",
        "schedule.every_minutes",
    ]


def test_a_problem_of_the_whole_file_is_reported_once(tmp_path: Path) -> None:
    file = write(tmp_path, "[schedule\n")
    with pytest.raises(SourcesError) as raised:
        load_all(file)
    assert [problem.line for problem in raised.value.problems] == [1]


def test_the_whole_file_is_read(tmp_path: Path) -> None:
    file = write(tmp_path, WHOLE)
    assert load_all(file) == (load_sources(file), load_settings(file))
