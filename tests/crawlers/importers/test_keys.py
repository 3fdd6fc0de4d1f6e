"""Keys of other tools and maps: what a record means."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.errors import CrawlersError
from crawlers.importers.keys import read_map
from tests.crawlers.importers.reading import RECORDS, as_lines, as_parquet, read

if sys.version_info >= (3, 14):
    pass
else:
    pass

if TYPE_CHECKING:
    from pathlib import Path


NEWS_PLEASE = {
    "authors": ["Ann Example"],
    "date_download": "2026-02-20 10:00:00",
    "date_modify": "None",
    "date_publish": "2026-02-19 08:30:00",
    "description": "In short.",
    "filename": "https%3A%2F%2Ftown.example%2F1.json",
    "image_url": "https://town.example/1.jpg",
    "language": "en",
    "localpath": None,
    "maintext": "The text.",
    "source_domain": "www.town.example",
    "text": None,
    "title": "A title",
    "title_page": None,
    "title_rss": None,
    "url": "https://www.town.example/1",
}
TRAFILATURA = {
    "title": "A title",
    "author": "Ann Example; Bo Lind",
    "hostname": "town.example",
    "date": "2026-02-19",
    "fingerprint": "5d1c9e3b",
    "id": None,
    "license": None,
    "raw_text": "",
    "text": "The text.",
    "language": None,
    "image": "https://town.example/1.jpg",
    "pagetype": "article",
    "filedate": "2026-02-20",
    "source": "https://town.example/1",
    "source-hostname": "The Town",
    "excerpt": "In short.",
    "categories": "Politics;World",
    "tags": "roads;money",
    "comments": "",
}
FUNDUS = {
    "title": "A title",
    "authors": ["Ann Example"],
    "body": {
        "summary": ["In short."],
        "sections": [{"headline": [], "paragraphs": ["One."]}, {"headline": ["Then"], "paragraphs": ["Two."]}],
    },
    "publishing_date": "2026-02-19 08:30:00+01:00",
    "topics": ["roads"],
    "free_access": True,
    "images": [
        {"is_cover": False, "versions": [{"url": "https://town.example/2.jpg"}]},
        {"is_cover": True, "versions": [{"url": "https://town.example/s.jpg"}, {"url": "https://town.example/1.jpg"}]},
    ],
}
NEWSPAPER4K = {
    "url": "https://town.example/1",
    "read_more_link": "",
    "language": "en",
    "title": "Ein Titel",
    "top_image": "",
    "meta_img": "https://town.example/1.jpg",
    "images": ["https://town.example/1.jpg"],
    "movies": [],
    "keywords": ["titel"],
    "meta_keywords": [""],
    "tags": ["roads"],
    "authors": ["Ann Example"],
    "publish_date": "2026-02-19T08:30:00+01:00",
    "summary": "",
    "meta_description": "In short.",
    "meta_lang": "de",
    "meta_favicon": "",
    "meta_site_name": "The Town",
    "canonical_link": "https://town.example/1",
    "text": "Der Text.",
}


@pytest.mark.parametrize(
    ("given", "expected", "not_kept"),
    [
        (
            NEWS_PLEASE,
            {
                "url": "https://www.town.example/1",
                "title": "A title",
                "text": "The text.",
                "source": "town.example",
                "published_at": "2026-02-19 08:30:00",
                "first_seen_at": "2026-02-20 10:00:00",
                "authors": ["Ann Example"],
                "language": "en",
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"filename"},
        ),
        (
            TRAFILATURA,
            {
                "url": "https://town.example/1",
                "title": "A title",
                "text": "The text.",
                "source": "town.example",
                "published_at": "2026-02-19",
                "authors": ["Ann Example", "Bo Lind"],
                "section": "Politics",
                "tags": ["roads", "money"],
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"fingerprint", "pagetype", "filedate", "source-hostname"},
        ),
        (
            {**FUNDUS, "url": "https://town.example/1", "publisher": "The Town"},
            {
                "url": "https://town.example/1",
                "title": "A title",
                "text": "In short.\n\nOne.\n\nThen\n\nTwo.",
                "source": "The Town",
                "published_at": "2026-02-19 08:30:00+01:00",
                "authors": ["Ann Example"],
                "tags": ["roads"],
                "image_url": "https://town.example/1.jpg",
                "is_free": True,
            },
            set(),
        ),
        (
            NEWSPAPER4K,
            {
                "url": "https://town.example/1",
                "title": "Ein Titel",
                "text": "Der Text.",
                "published_at": "2026-02-19T08:30:00+01:00",
                "authors": ["Ann Example"],
                "language": "de",
                "tags": ["roads"],
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"images", "keywords", "meta_keywords", "meta_site_name"},
        ),
    ],
    ids=["news-please", "trafilatura", "Fundus", "newspaper4k"],
)
def test_the_keys_of_other_tools_are_known(
    tmp_path: Path, given: dict[str, Any], expected: dict[str, Any], not_kept: set[str]
) -> None:
    found = read(tmp_path, json.dumps(given, indent=1).encode(), "one.json")
    assert found.records == [expected]
    assert set(found.report.not_kept) == not_kept
    as_row = read(tmp_path, as_parquet([{key: value for key, value in given.items() if value not in (None, [])}]))
    assert as_row.records == [expected]


def test_a_file_that_fundus_saved_has_publishers_and_no_urls(tmp_path: Path) -> None:
    saved = {"The Town": [FUNDUS, {**FUNDUS, "title": "Another"}], "The Harbour": [FUNDUS]}
    found = read(tmp_path, json.dumps(saved, indent=4).encode(), "fundus.json")
    assert [record["source"] for record in found.records] == ["The Town", "The Town", "The Harbour"]
    first, second, third = (fetch.url for fetch in found.fetches)
    assert first.startswith("urn:sha256:")
    assert first == third != second


def test_the_csv_of_trafilatura_has_no_names(tmp_path: Path) -> None:
    row = [
        "https://town.example/1",
        "null",
        "5d1c",
        "town.example",
        "A title",
        "null",
        "2026-02-19",
        "The text.\nMore.",
    ]
    text = io.StringIO()
    csv.writer(text, delimiter="\t").writerow([*row, "null", "null", "article"])
    found = read(tmp_path, text.getvalue().encode(), "out.csv")
    assert found.records == [
        {
            "url": "https://town.example/1",
            "title": "A title",
            "text": "The text.\nMore.",
            "source": "town.example",
            "published_at": "2026-02-19",
        }
    ]


def test_keys_can_be_mapped_also_within_objects(tmp_path: Path) -> None:
    given = {
        "link": "https://town.example/1",
        "headline": {"main": "A title"},
        "text": "The text.",
        "likes": 7,
        "a": "",
    }
    found = read(tmp_path, as_lines([given]), "a.jsonl", "title=headline.main,url=link", source="Daily")
    assert found.records == [{"url": "https://town.example/1", "title": "A title", "text": "The text."}]
    assert [fetch.source for fetch in found.fetches] == ["Daily"]
    assert found.report.not_kept == {"likes": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title", 'found "title"; expected FIELD=KEY'),
        ("headline=title", 'unknown field "headline"; allowed: url, title, text, source'),
    ],
)
def test_a_wrong_map_is_explained(text: str, problem: str) -> None:
    with pytest.raises(CrawlersError) as caught:
        read_map([text])
    assert problem in str(caught.value)


def test_a_table_without_the_columns_of_an_article_says_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(CrawlersError) as caught:
        read(tmp_path, b"link,headline,text\nhttps://town.example/1,A,B\n", "a.csv")
    assert "the columns url, title are missing. Found: link, headline, text." in str(caught.value)
    assert '--map "url=link,title=headline"' in str(caught.value)
    found = read(tmp_path, b"link,headline,text\nhttps://town.example/1,A,B\n", "a.csv", "url=link", "title=headline")
    assert found.records == [{"url": "https://town.example/1", "title": "A", "text": "B"}]


def test_cells_of_a_table_become_values(tmp_path: Path) -> None:
    row = {
        **RECORDS[0],
        "authors": "['Ann Example', 'Bo Lind']",
        "tags": "roads, money",
        "is_free": "True",
        "published_utc_offset": "60",
        "section": "",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    (record,) = read(tmp_path, text.getvalue().encode(), "a.csv").records
    assert record == {
        **RECORDS[0],
        "authors": ["Ann Example", "Bo Lind"],
        "tags": ["roads", "money"],
        "is_free": True,
        "published_utc_offset": 60,
    }
