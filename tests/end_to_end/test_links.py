"""Events across languages by the command line: import reports in two languages, and ask for what they report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.flows.dedup.test_link_stories import REPORTS

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom

EVENTS = """
SELECT array_to_string(events.languages, '+'), events.articles, events.sources, string_agg(url, ' ' ORDER BY url)
FROM events JOIN articles ON list_contains(story_ids, story_id) GROUP BY ALL ORDER BY ALL
"""


def test_an_import_in_two_languages_says_which_reports_are_of_one_event(newsloom: Newsloom) -> None:
    rows = [json.loads(line) for line in REPORTS.read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if row["event"] in ("tanker-baltic", "ferry-red") and row["language"] in ("de", "en")]
    lines = [
        {"url": f"http://{row['language']}.example/{row['event']}", "published_at": row["day"]}
        | {key: row[key] for key in ("title", "text", "language")}
        for row in chosen
    ]
    (newsloom.folder / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert "links " in newsloom("import", "a.jsonl").stdout
    expected = [
        ["de+en", "2", "2", "http://de.example/tanker-baltic http://en.example/tanker-baltic"],
        ["en", "1", "1", "http://en.example/ferry-red"],
    ]
    assert newsloom.sql(EVENTS) == expected
    newsloom("restory")
    assert newsloom.sql(EVENTS) == expected
