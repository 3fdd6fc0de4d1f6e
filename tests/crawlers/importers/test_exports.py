"""Files as spreadsheets, search engines and other programs write them."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.errors import CrawlersError
from crawlers.importers.folders import find_input
from crawlers.importers.keys import suggested_map
from flows.pipeline.import_files import ImportResult
from tests.crawlers.importers.reading import RECORDS, as_csv, as_lines, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("line", ["sep=;\r\n", "SEP=;\n", '"sep=;"\n'])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_the_line_that_names_the_separator_for_excel_is_no_header(line: str, mark: bytes, tmp_path: Path) -> None:
    assert read(tmp_path, mark + line.encode() + as_csv(";"), "a.csv").records == RECORDS


def test_names_of_columns_may_differ_in_case_and_separators(tmp_path: Path) -> None:
    table = b"Title,URL,Text,Published At\nA bridge,https://town.example/1,Words.,2026-05-01\n"
    assert read(tmp_path, table, "a.csv").records == [
        {"title": "A bridge", "url": "https://town.example/1", "text": "Words.", "published_at": "2026-05-01"}
    ]
    record = {"Title": "A", "URL": "https://town.example/1", "Text": "Words."}
    assert read(tmp_path, as_lines([record]), "a.jsonl").records[0]["title"] == "A"
    assert read(tmp_path, table, "a.csv", "title=URL").records[0]["title"] == "https://town.example/1"


@pytest.mark.parametrize(
    ("names", "suggested"),
    [
        (("Titel", "Link", "Text"), "url=Link,title=Titel"),
        (("titre", "lien", "texte", "auteur"), "url=lien,title=titre,text=texte,authors=auteur"),
        (("webTitle", "webUrl", "body"), "url=webUrl,title=webTitle,text=body"),
        (("url", "title", "text"), ""),
        (("a", "b"), ""),
    ],
)
def test_a_map_is_suggested_from_what_columns_are_often_called(names: tuple[str, ...], suggested: str) -> None:
    assert suggested_map(names) == suggested


def test_a_table_without_the_names_of_its_columns_is_refused_with_a_short_message(tmp_path: Path) -> None:
    with pytest.raises(CrawlersError) as refused:
        read(tmp_path, f"A bridge,https://town.example/1,{'word ' * 500}\n".encode(), "a.csv")
    assert "The first line must have the names of the columns" in str(refused.value)
    assert len(str(refused.value)) < 500
    with pytest.raises(CrawlersError, match='--map "url=Link,title=Titel,text=COLUMN"'):
        read(tmp_path, b"Titel,Link,Preis\nA,https://town.example/1,12\n", "a.csv")


def test_a_file_without_a_valid_record_is_answered_with_the_keys_to_name(tmp_path: Path) -> None:
    found = read(tmp_path, as_lines([{"headline": "A", "link": "https://town.example/1", "body": "B"}]), "a.jsonl")
    given = find_input(str(tmp_path / "a.jsonl"), io.BytesIO())
    result = ImportResult(given, Counter(rejected=1), report=found.report)
    assert result.problems()[0].endswith('--map "url=link,title=headline,text=body"')


@pytest.mark.parametrize(
    "answer",
    [
        {"response": {"status": "ok", "docs": RECORDS}},
        {"took": 3, "hits": {"total": {"value": 3}, "hits": [{"_id": "1", "_source": one} for one in RECORDS]}},
        {"data": {"articles": {"edges": [{"node": one} for one in RECORDS]}}},
        {one["url"]: one for one in RECORDS},
    ],
    ids=["search", "Elasticsearch", "GraphQL", "by URL"],
)
def test_records_are_found_within_the_answer_of_a_service(answer: dict[str, Any], tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps(answer).encode(), "a.json").records == RECORDS


def test_lines_of_json_may_end_with_a_comma(tmp_path: Path) -> None:
    lines = b",\r\n".join(json.dumps(one).encode() for one in RECORDS)
    assert read(tmp_path, lines, "a.jsonl").records == RECORDS


def tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.json"))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.txt", b"https://town.example/1\nhttps://town.example/2\n", "a list of URLs"),
        ("a.tar", tar(), "a tar archive"),
        ("a.tar.gz", gzip.compress(tar()), "a tar archive"),
        ("a.mhtml", b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n", "MHTML"),
        ("a.webarchive", b"bplist00\xd1", "a web archive of Safari"),
        ("a.arc", b"filedesc://a.arc 0.0.0.0 20060101000000 text/plain 76\n1 0 Archive\n", "an ARC file"),
        ("a.cdx", b" CDX N b a m s k r M S V g\n", "an index of web archives"),
        ("a.rtf", b"{\\rtf1\\ansi Words}", "an RTF document"),
    ],
)
def test_a_file_that_cannot_be_imported_is_called_by_its_name(
    name: str, content: bytes, what: str, tmp_path: Path
) -> None:
    with pytest.raises(CrawlersError, match=what):
        read(tmp_path, content, name)
