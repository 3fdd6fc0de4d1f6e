"""Duplicates and stories by the command line: import, query, find anew."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.dedup.library import NOON, prose
from warehouse import open_writer

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom

EVENTS = Path(__file__).parents[1] / "flows" / "dedup" / "texts" / "events.toml"
QUERY = """
SELECT article.url, original.url AS original, article.duplicate_kind, story.articles, story.sources
FROM articles AS article
LEFT JOIN articles AS original ON original.article_id = article.duplicate_of
JOIN stories AS story ON story.story_id = article.story_id
ORDER BY article.url
"""


def lines() -> list[dict[str, Any]]:
    events = tomllib.loads(EVENTS.read_text(encoding="utf-8"))
    found = [
        {key: events[name][key] for key in ("url", "title", "text")}
        | {"language": "en", "published_at": (NOON + timedelta(hours=events[name]["hours"])).isoformat()}
        for name in ("talks-herald", "talks-tribune", "pipeline", "prisoners")
    ]
    copy = found[0] | {
        "url": "http://echo.example/cod",
        "text": f"{found[0]['text']}\n{prose(1, 15)}",
        "published_at": (NOON - timedelta(hours=3)).isoformat(),
    }
    return [*found, copy]


def test_an_import_says_what_repeats_what_and_which_story_it_tells(newsloom: Newsloom) -> None:
    file = newsloom.folder / "a.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines()))
    said = newsloom("import", "a.jsonl").stdout
    assert "5 loaded" in said
    assert " per second: " in said
    expected = [
        ["http://echo.example/cod", "", "", "3", "3"],
        ["http://herald.example/lisbon", "http://echo.example/cod", "copy", "3", "3"],
        ["http://herald.example/pipeline", "", "", "1", "1"],
        ["http://tribune.example/maren-cod", "", "", "3", "3"],
        ["http://tribune.example/prisoners", "", "", "1", "1"],
    ]
    assert newsloom.sql(QUERY) == expected
    assert newsloom.sql("SELECT count(*) FROM unique_articles") == [["4"]]
    assert newsloom("restory").stdout == "5 articles, 1 of them duplicates, 3 stories\n"
    assert newsloom.sql(QUERY) == expected
    with open_writer(newsloom.data, "test") as writer:
        writer.connection.execute("UPDATE stories SET method = 'term-linkage-0'")
    told = "3 stories, links and pairs of duplicates are of an earlier method, and this version finds others"
    assert told in newsloom("import", "a.jsonl").stdout


def test_without_a_warehouse_there_is_nothing_to_find(newsloom: Newsloom) -> None:
    assert "no warehouse found" in newsloom("restory", code=2).stderr
    assert not newsloom.data.exists()


@pytest.mark.newsweb
@pytest.mark.parametrize("arguments", [(), ("--clean",)])
def test_the_two_samples_tell_one_story_and_do_not_repeat_each_other(
    newsloom: Newsloom, shared: Path, arguments: tuple[str, ...]
) -> None:
    """Among real news, some of it of the same kind."""
    rows = [json.loads(line) for line in (shared / "eval" / "stories.jsonl").read_text("utf-8").splitlines()[::6]]
    file = newsloom.folder / "others.jsonl"
    file.write_text("".join(json.dumps({key: row[key] for key in ("url", "title", "text")}) + "\n" for row in rows))
    samples = sorted(map(str, (shared / "samples").glob("lavrov*.txt")))
    newsloom("import", *arguments, samples[0], str(file), samples[1])
    found = newsloom.sql("SELECT story_id, duplicate_of FROM articles WHERE url LIKE 'file:%'")
    assert len(found) == 2
    assert len({story for story, _ in found}) == 1
    assert {original for _, original in found} == {""}
    assert newsloom.sql(f"SELECT articles FROM stories WHERE story_id = '{found[0][0]}'") == [["2"]]
